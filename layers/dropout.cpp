#include "layers/dropout.h"

#include "layers/gradients.h"

namespace nanopneumo {

template <class T>
Variable<T> dropout(Tape<T>& tape, const Variable<T>& x, double rate, const RandomKey& key) {
  Tensor<T> y(tape.device(), x.shape());
  tape.kernels().dropout(tape.stream(), y.size(), rate, key, x.value.data(), y.data());
  // The mask is drawn again on the way back instead of being stored.
  return tape.result(y, {&x}, [&tape, rate, key, into = x.gradient](Tensor<T> dy) {
    const Tensor<T> dx = overwritable(dy);
    tape.kernels().dropout(tape.stream(), dy.size(), rate, key, dy.data(), dx.data());
    into->contribute_tensor(dx);
  });
}

template <class T>
Variable<T> drop_images(Tape<T>& tape, const Variable<T>& x, double rate, const RandomKey& key) {
  const Shape& in = x.shape();
  if (in.rank() != 4) throw_shape_error("drop_images takes (N, H, W, C), not {}", in.str());
  const Tensor<T> factors(tape.device(), {in[0]});
  tape.kernels().fill(tape.stream(), in[0], T{1}, factors.data());
  tape.kernels().dropout(tape.stream(), in[0], rate, key, factors.data(), factors.data());
  // Each image as one of a single channel, which has one factor.
  const ImageDims dims{to_int(in[0]), to_int(in[1]), to_int(in[2] * in[3]), 1};
  Tensor<T> y(tape.device(), in);
  tape.kernels().channel_scale_forward(tape.stream(), dims, x.value.data(), factors.data(),
                                       y.data());
  return tape.result(y, {&x}, [&tape, dims, factors, into = x.gradient](Tensor<T> dy) {
    const Tensor<T> dx = overwritable(dy);
    tape.kernels().channel_scale_forward(tape.stream(), dims, dy.data(), factors.data(), dx.data());
    into->contribute_tensor(dx);
  });
}

Dropout::Dropout(double rate, Drops drops) : rate_(rate), drops_(drops) {
  if (!(rate >= 0 && rate < 1)) throw_shape_error("Dropout takes a rate in [0, 1), not {}", rate);
}

Shape Dropout::output_shape(std::span<const Shape> inputs) const {
  return single_input("Dropout", inputs);
}

template <class T>
Variable<T> Dropout::run(const Call<T>& call) const {
  if (!call.training || rate_ == 0) return call.input();
  return drops_ == Drops::elements ? dropout(call.tape, call.input(), rate_, call.random)
                                   : drop_images(call.tape, call.input(), rate_, call.random);
}

template Variable<float> dropout(Tape<float>&, const Variable<float>&, double, const RandomKey&);
template Variable<double> dropout(Tape<double>&, const Variable<double>&, double, const RandomKey&);
template Variable<float> drop_images(Tape<float>&, const Variable<float>&, double,
                                     const RandomKey&);
template Variable<double> drop_images(Tape<double>&, const Variable<double>&, double,
                                      const RandomKey&);
template Variable<float> Dropout::run(const Call<float>&) const;
template Variable<double> Dropout::run(const Call<double>&) const;

}  // namespace nanopneumo

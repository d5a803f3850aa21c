#include "layers/multiply.h"

#include "layers/gradients.h"

namespace nanopneumo {

template <class T>
Variable<T> scale_channels(Tape<T>& tape, const Variable<T>& x, const Variable<T>& s) {
  const Shape& in = x.shape();
  if (in.rank() != 4 || s.shape() != Shape{in[0], 1, 1, in[3]})
    throw_shape_error("scale_channels: input {} and factors {} do not fit", in.str(),
                      s.shape().str());
  const ImageDims dims{to_int(in[0]), to_int(in[1]), to_int(in[2]), to_int(in[3])};
  Tensor<T> y(tape.device(), in);
  tape.kernels().channel_scale_forward(tape.stream(), dims, x.value.data(), s.value.data(),
                                       y.data());
  return tape.result(y, {&x, &s}, [&tape, dims, x, s](Tensor<T> dy) {
    const Tensor<T> dx = x.requires_gradient() ? overwritable(dy) : Tensor<T>();
    const auto into_image_and = [&](T* ds) {
      tape.kernels().channel_scale_gradient(tape.stream(), dims, x.value.data(), s.value.data(),
                                            dy.data(), dx.defined() ? dx.data() : nullptr, ds);
    };
    if (s.requires_gradient())
      s.gradient->contribute([&](const Tensor<T>& ds) { into_image_and(ds.data()); });
    else
      into_image_and(nullptr);
    if (dx.defined()) x.gradient->contribute_tensor(dx);
  });
}

Shape Multiply::output_shape(std::span<const Shape> inputs) const {
  if (inputs.size() != 2) throw_shape_error("Multiply takes two inputs, not {}", inputs.size());
  if (inputs[0].rank() != 3 || inputs[1] != Shape{1, 1, inputs[0][2]})
    throw_shape_error("Multiply takes an image (H, W, C) and factors (1, 1, C), not {} and {}",
                      inputs[0].str(), inputs[1].str());
  return inputs[0];
}

template <class T>
Variable<T> Multiply::run(const Call<T>& call) const {
  return scale_channels(call.tape, call.inputs[0], call.inputs[1]);
}

template Variable<float> scale_channels(Tape<float>&, const Variable<float>&,
                                        const Variable<float>&);
template Variable<double> scale_channels(Tape<double>&, const Variable<double>&,
                                         const Variable<double>&);
template Variable<float> Multiply::run(const Call<float>&) const;
template Variable<double> Multiply::run(const Call<double>&) const;

}  // namespace nanopneumo

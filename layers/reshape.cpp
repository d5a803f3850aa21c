#include "layers/reshape.h"

namespace nanopneumo {

template <class T>
Variable<T> reshape(Tape<T>& tape, const Variable<T>& x, const Shape& shape) {
  return tape.result(x.value.reshaped(shape), {&x}, [into = x.gradient](const Tensor<T>& dy) {
    into->contribute_tensor(dy.reshaped(into->shape()));
  });
}

Shape Flatten::output_shape(std::span<const Shape> inputs) const {
  return {single_input("Flatten", inputs).elements()};
}

template <class T>
Variable<T> Flatten::run(const Call<T>& call) const {
  const Shape& in = call.input().shape();
  return reshape(call.tape, call.input(), {in[0], in.without_batch().elements()});
}

Shape Reshape::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input("Reshape", inputs);
  if (input.elements() != target_.elements())
    throw_shape_error("Reshape to {} does not fit the input {}", target_.str(), input.str());
  return target_;
}

template <class T>
Variable<T> Reshape::run(const Call<T>& call) const {
  return reshape(call.tape, call.input(), target_.with_batch(call.input().shape()[0]));
}

template Variable<float> reshape(Tape<float>&, const Variable<float>&, const Shape&);
template Variable<double> reshape(Tape<double>&, const Variable<double>&, const Shape&);
template Variable<float> Flatten::run(const Call<float>&) const;
template Variable<double> Flatten::run(const Call<double>&) const;
template Variable<float> Reshape::run(const Call<float>&) const;
template Variable<double> Reshape::run(const Call<double>&) const;

}  // namespace nanopneumo

#include "layers/normalization.h"

#include "layers/gradients.h"

namespace nanopneumo {

std::vector<ParameterSpec> Normalization::parameters(std::span<const Shape> inputs) const {
  const Shape channels{output_shape(inputs)[-1]};
  return {{"mean", channels, Initializer::zeros, false},
          {"variance", channels, Initializer::ones, false},
          {"count", Shape{}, Initializer::zeros, false}};
}

Shape Normalization::output_shape(std::span<const Shape> inputs) const {
  return single_input(class_name(), inputs, 3);
}

// Batch normalisation in inference mode without gamma and beta.
template <class T>
Variable<T> Normalization::run(const Call<T>& call) const {
  const Variable<T>& x = call.input();
  Tape<T>& tape = call.tape;
  const Tensor<T> mean = call.parameters[0].value, variance = call.parameters[1].value;
  const RowsDims dims{x.value.size() / x.shape()[-1], to_int(x.shape()[-1])};
  Tensor<T> y(tape.device(), x.shape());
  tape.kernels().batch_norm_inference(tape.stream(), dims, kEpsilon, x.value.data(), nullptr,
                                      nullptr, mean.data(), variance.data(), Activation::none,
                                      y.data());
  return tape.result(y, {&x}, [&tape, dims, mean, variance, into = x.gradient](Tensor<T> dy) {
    const Tensor<T> dx = overwritable(dy);
    tape.kernels().batch_norm_inference_gradient(tape.stream(), dims, kEpsilon, nullptr, nullptr,
                                                 mean.data(), variance.data(), dy.data(), dx.data(),
                                                 nullptr, nullptr);
    into->contribute_tensor(dx);
  });
}

template Variable<float> Normalization::run(const Call<float>&) const;
template Variable<double> Normalization::run(const Call<double>&) const;

}  // namespace nanopneumo

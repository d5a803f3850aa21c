#include "layers/dense.h"

#include "layers/gradients.h"

namespace nanopneumo {

template <class T>
Variable<T> dense(Tape<T>& tape, const Variable<T>& x, const Variable<T>& kernel,
                  const Variable<T>* bias, Activation activation) {
  const Shape &in = x.shape(), &w = kernel.shape();
  if (in.rank() != 2 || w.rank() != 2 || in[1] != w[0] || (bias && bias->shape() != Shape{w[1]}))
    throw_shape_error("dense: input {}, kernel {} and bias {} do not fit", in.str(), w.str(),
                      bias ? bias->shape().str() : "none");
  const DenseDims dims{to_int(in[0]), to_int(in[1]), to_int(w[1])};
  Tensor<T> y(tape.device(), {dims.N, dims.K});
  tape.kernels().dense_forward(
      tape.stream(), dims, x.value.data(), kernel.value.data(),
      {.bias = bias ? bias->value.data() : nullptr, .activation = activation}, y.data());
  return record_linear(
      tape, x, kernel, bias, activation, y,
      [&tape, dims](const T* x, const T* dy, T* dw, T* db) {
        tape.kernels().dense_weight_gradient(tape.stream(), dims, x, dy, dw, db);
      },
      [&tape, dims](const T* w, const T* dy, T* dx) {
        tape.kernels().dense_input_gradient(tape.stream(), dims, w, dy, dx);
      });
}

std::vector<ParameterSpec> Dense::parameters(std::span<const Shape> inputs) const {
  const std::int64_t C = single_input(class_name(), inputs, 1)[0];
  std::vector<ParameterSpec> specs{{"kernel", {C, options_.units}, Initializer::glorot_uniform}};
  if (options_.use_bias) specs.push_back({"bias", {options_.units}, Initializer::zeros});
  return specs;
}

Shape Dense::output_shape(std::span<const Shape> inputs) const {
  single_input(class_name(), inputs, 1);
  return {options_.units};
}

std::string Dense::caption() const { return "dense " + std::to_string(options_.units); }

std::int64_t Dense::multiply_adds(std::span<const Shape> inputs) const {
  return inputs[0][0] * options_.units;
}

template <class T>
Variable<T> Dense::run(const Call<T>& call) const {
  return dense(call.tape, call.input(), call.parameters[0],
               options_.use_bias ? &call.parameters[1] : nullptr, options_.activation);
}

template Variable<float> dense(Tape<float>&, const Variable<float>&, const Variable<float>&,
                               const Variable<float>*, Activation);
template Variable<double> dense(Tape<double>&, const Variable<double>&, const Variable<double>&,
                                const Variable<double>*, Activation);
template Variable<float> Dense::run(const Call<float>&) const;
template Variable<double> Dense::run(const Call<double>&) const;

}  // namespace nanopneumo

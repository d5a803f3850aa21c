#include "layers/conv2d.h"

#include "layers/activation.h"
#include "layers/gradients.h"

namespace nanopneumo {

template <class T>
Variable<T> conv2d(Tape<T>& tape, const Variable<T>& x, const Variable<T>& kernel,
                   const Variable<T>* bias, const Window& window, Activation activation,
                   ActivationGradient gradient, const Variable<T>* residual) {
  const Shape &in = x.shape(), &w = kernel.shape();
  if (in.rank() != 4 || w.rank() != 4 || in[3] != w[2] || window.R != w[0] || window.S != w[1] ||
      (bias && bias->shape() != Shape{w[3]}))
    throw_shape_error("conv2d: input {}, kernel {} and bias {} do not fit", in.str(), w.str(),
                      bias ? bias->shape().str() : "none");
  const ConvDims dims{to_int(in[0]), to_int(in[1]), to_int(in[2]),
                      to_int(in[3]), to_int(w[3]),  window};
  const Shape out{dims.N, dims.P(), dims.Q(), dims.K};
  if (residual && residual->shape() != out)
    throw_shape_error("conv2d: {} cannot be added to {}", residual->shape().str(), out.str());
  Tensor<T> y(tape.device(), out);
  tape.kernels().conv_forward(tape.stream(), dims, x.value.data(), kernel.value.data(),
                              {.bias = bias ? bias->value.data() : nullptr,
                               .residual = residual ? residual->value.data() : nullptr,
                               .activation = activation},
                              y.data());
  return record_linear(
      tape, x, kernel, bias, gradient == ActivationGradient::own ? activation : Activation::none, y,
      [&tape, dims](const T* x, const T* dy, T* dw, T* db) {
        tape.kernels().conv_weight_gradient(tape.stream(), dims, x, dy, dw, db);
      },
      [&tape, dims](const T* w, const T* dy, T* dx) {
        tape.kernels().conv_input_gradient(tape.stream(), dims, w, dy, dx);
      },
      residual);
}

Window Conv2D::window(const Shape& image) const {
  return make_window(class_name(), image, options_.kernel_size, options_.strides, options_.padding);
}

std::vector<ParameterSpec> Conv2D::parameters(std::span<const Shape> inputs) const {
  const std::int64_t C = single_input(class_name(), inputs, 3)[2];
  std::vector<ParameterSpec> specs{
      {"kernel",
       {options_.kernel_size.height, options_.kernel_size.width, C, options_.filters},
       Initializer::glorot_uniform}};
  if (options_.use_bias) specs.push_back({"bias", {options_.filters}, Initializer::zeros});
  return specs;
}

Shape Conv2D::output_shape(std::span<const Shape> inputs) const {
  const Shape& image = single_input(class_name(), inputs, 3);
  const Window w = window(image);
  return {w.rows_out(to_int(image[0])), w.columns_out(to_int(image[1])), options_.filters};
}

std::string Conv2D::caption() const {
  return window_caption(options_.kernel_size, std::to_string(options_.filters), options_.strides);
}

std::int64_t Conv2D::multiply_adds(std::span<const Shape> inputs) const {
  return output_shape(inputs).elements() * options_.kernel_size.height *
         options_.kernel_size.width * inputs[0][2];
}

template <class T>
Variable<T> Conv2D::run(const Call<T>& call) const {
  const auto convolve = [&](Activation activation) {
    return conv2d(call.tape, call.input(), call.parameters[0],
                  options_.use_bias ? &call.parameters[1] : nullptr,
                  window(call.input().shape().without_batch()), activation);
  };
  // Swish's gradient needs its input, which a convolution that applies it in passing does not keep.
  if (options_.activation == Activation::swish && call.tape.recording())
    return activate(call.tape, convolve(Activation::none), Activation::swish);
  return convolve(options_.activation);
}

template Variable<float> conv2d(Tape<float>&, const Variable<float>&, const Variable<float>&,
                                const Variable<float>*, const Window&, Activation,
                                ActivationGradient, const Variable<float>*);
template Variable<double> conv2d(Tape<double>&, const Variable<double>&, const Variable<double>&,
                                 const Variable<double>*, const Window&, Activation,
                                 ActivationGradient, const Variable<double>*);
template Variable<float> Conv2D::run(const Call<float>&) const;
template Variable<double> Conv2D::run(const Call<double>&) const;

}  // namespace nanopneumo

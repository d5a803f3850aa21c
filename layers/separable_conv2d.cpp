#include "layers/separable_conv2d.h"

#include <fmt/format.h>

#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"

namespace nanopneumo {

Window SeparableConv2D::window(const Shape& image) const {
  return make_window(class_name(), image, options_.kernel_size, options_.strides, options_.padding);
}

std::vector<ParameterSpec> SeparableConv2D::parameters(std::span<const Shape> inputs) const {
  const std::int64_t C = single_input(class_name(), inputs, 3)[2];
  std::vector<ParameterSpec> specs{
      {"depthwise_kernel",
       {options_.kernel_size.height, options_.kernel_size.width, C, 1},
       Initializer::glorot_uniform},
      {"pointwise_kernel", {1, 1, C, options_.filters}, Initializer::glorot_uniform}};
  if (options_.use_bias) specs.push_back({"bias", {options_.filters}, Initializer::zeros});
  return specs;
}

Shape SeparableConv2D::output_shape(std::span<const Shape> inputs) const {
  const Shape& image = single_input(class_name(), inputs, 3);
  const Window w = window(image);
  return {w.rows_out(to_int(image[0])), w.columns_out(to_int(image[1])), options_.filters};
}

std::string SeparableConv2D::caption() const {
  return window_caption(options_.kernel_size, fmt::format("separable {}", options_.filters),
                        options_.strides);
}

std::int64_t SeparableConv2D::multiply_adds(std::span<const Shape> inputs) const {
  const Shape out = output_shape(inputs);
  const std::int64_t C = inputs[0][2];
  const std::int64_t taps = std::int64_t{options_.kernel_size.height} * options_.kernel_size.width;
  return out[0] * out[1] * C * (taps + options_.filters);
}

template <class T>
Variable<T> SeparableConv2D::run(const Call<T>& call) const {
  const Variable<T> filtered =
      depthwise_conv2d<T>(call.tape, call.input(), call.parameters[0], nullptr,
                          window(call.input().shape().without_batch()), Activation::none);
  return conv2d(call.tape, filtered, call.parameters[1],
                options_.use_bias ? &call.parameters[2] : nullptr, Window{}, options_.activation);
}

template Variable<float> SeparableConv2D::run(const Call<float>&) const;
template Variable<double> SeparableConv2D::run(const Call<double>&) const;

}  // namespace nanopneumo

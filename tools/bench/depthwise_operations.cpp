// Depthwise convolution forward, with respect to its input, with respect to its weights.
#include <array>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

double products(const ChannelwiseDims& d) {
  return 2.0 * static_cast<double>(d.output_size()) * d.window.R * d.window.S;
}

Operand image(const ChannelwiseDims& d) {
  Operand x = input("x", d.input_size());
  x.touched = touched_inputs(d);
  return x;
}

OpCase forward(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  const Fusion f = fusion(words);
  OpCase made{.operands = {image(d), input("w", d.weight_size())},
              .flops = products(d) + fused_flops(f, d.output_size()),
              .call = [d, f](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
                ops.depthwise_forward(stream, d, at.floats("x"), at.floats("w"), epilogue(at, f),
                                      at.floats("y"));
              }};
  add_fused_operands(made.operands, f, d.C, d.output_size());
  made.operands.push_back(
      output("y", d.output_size(), rounding_of_sums(d.window.R * d.window.S + 2)));
  return made;
}

OpCase input_gradient(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  return {.operands = {input("w", d.weight_size()), input("dy", d.output_size()),
                       output("dx", d.input_size(), rounding_of_sums(d.window.R * d.window.S))},
          .flops = products(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.depthwise_input_gradient(stream, d, at.floats("w"), at.floats("dy"),
                                         at.floats("dx"));
          }};
}

OpCase weight_gradient(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  const bool bias = fusion(words).bias;
  const Tolerance tolerance = rounding_of_sums(std::int64_t{d.N} * d.P() * d.Q());
  OpCase made{.operands = {image(d), input("dy", d.output_size()),
                           output("dw", d.weight_size(), tolerance)},
              .flops = products(d) + (bias ? static_cast<double>(d.output_size()) : 0),
              .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
                ops.depthwise_weight_gradient(stream, d, at.floats("x"), at.floats("dy"),
                                              at.floats("dw"), at.floats("db"));
              }};
  if (bias) made.operands.push_back(output("db", d.C, tolerance));
  return made;
}

}  // namespace

std::span<const Operation> depthwise_operations() {
  constexpr std::string_view kExample = "N 1 H 62 W 62 C 128 R 3 S 3 stride 1 pad 1";
  static const std::array kOperations = {
      Operation{"depthwise_forward",
                "N H W C R S [stride] [pad] [bias] [residual] [relu|relu6|sigmoid|swish]",
                "N 1 H 62 W 62 C 128 R 3 S 3 stride 1 pad 1 bias relu6", forward},
      Operation{"depthwise_input_gradient", "N H W C R S [stride] [pad]", kExample, input_gradient},
      Operation{"depthwise_weight_gradient", "N H W C R S [stride] [pad] [bias]", kExample,
                weight_gradient},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench

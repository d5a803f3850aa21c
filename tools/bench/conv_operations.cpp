// Convolution forward, with respect to its input, with respect to its weights.
#include <array>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

/// Each of the three passes multiplies every weight with every output it reaches.
double products(const ConvDims& d) {
  return 2.0 * static_cast<double>(d.output_size()) * d.window.R * d.window.S * d.C;
}

Operand image(const ConvDims& d) {
  Operand x = input("x", d.input_size());
  x.touched = touched_inputs(d);
  return x;
}

OpCase forward(const ShapeWords& words) {
  const ConvDims d = conv_dims(words);
  const Fusion f = fusion(words);
  const std::int64_t terms = std::int64_t{d.window.R} * d.window.S * d.C + 2;
  OpCase made{.operands = {image(d), input("w", d.weight_size())},
              .flops = products(d) + fused_flops(f, d.output_size()),
              .call = [d, f](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
                ops.conv_forward(stream, d, at.floats("x"), at.floats("w"), epilogue(at, f),
                                 at.floats("y"));
              }};
  add_fused_operands(made.operands, f, d.K, d.output_size());
  made.operands.push_back(output("y", d.output_size(), rounding_of_sums(terms)));
  return made;
}

OpCase input_gradient(const ShapeWords& words) {
  const ConvDims d = conv_dims(words);
  const std::int64_t terms = std::int64_t{d.window.R} * d.window.S * d.K;
  return {.operands = {input("w", d.weight_size()), input("dy", d.output_size()),
                       output("dx", d.input_size(), rounding_of_sums(terms))},
          .flops = products(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.conv_input_gradient(stream, d, at.floats("w"), at.floats("dy"), at.floats("dx"));
          }};
}

OpCase weight_gradient(const ShapeWords& words) {
  const ConvDims d = conv_dims(words);
  const bool bias = fusion(words).bias;
  const Tolerance tolerance = rounding_of_sums(std::int64_t{d.N} * d.P() * d.Q());
  OpCase made{.operands = {image(d), input("dy", d.output_size()),
                           output("dw", d.weight_size(), tolerance)},
              .flops = products(d) + (bias ? static_cast<double>(d.output_size()) : 0),
              .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
                ops.conv_weight_gradient(stream, d, at.floats("x"), at.floats("dy"),
                                         at.floats("dw"), at.floats("db"));
              }};
  if (bias) made.operands.push_back(output("db", d.K, tolerance));
  return made;
}

}  // namespace

std::span<const Operation> conv_operations() {
  constexpr std::string_view kShape = "N H W C K R S [stride] [pad]";
  static const std::array kOperations = {
      Operation{"conv_forward",
                "N H W C K R S [stride] [pad] [bias] [residual] [relu|relu6|sigmoid|swish]",
                "N 1 H 61 W 61 C 64 K 128 R 3 S 3 stride 1 pad 0 bias relu", forward},
      Operation{"conv_input_gradient", kShape, "N 1 H 61 W 61 C 64 K 128 R 3 S 3 stride 1 pad 0",
                input_gradient},
      Operation{"conv_weight_gradient", "N H W C K R S [stride] [pad] [bias]",
                "N 1 H 61 W 61 C 64 K 128 R 3 S 3 stride 1 pad 0 bias", weight_gradient},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench

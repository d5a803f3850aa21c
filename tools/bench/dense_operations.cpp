// The fully connected layer forward, with respect to its input, with respect to its weights.
#include <array>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

std::int64_t product(int a, int b) { return std::int64_t{a} * b; }

double products(const DenseDims& d) { return 2.0 * d.N * d.C * d.K; }

OpCase forward(const ShapeWords& words) {
  const DenseDims d = dense_dims(words);
  const Fusion f = fusion(words);
  const std::int64_t size = product(d.N, d.K);
  OpCase made{.operands = {input("x", product(d.N, d.C)), input("w", product(d.C, d.K))},
              .flops = products(d) + fused_flops(f, size),
              .call = [d, f](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
                ops.dense_forward(stream, d, at.floats("x"), at.floats("w"), epilogue(at, f),
                                  at.floats("y"));
              }};
  add_fused_operands(made.operands, f, d.K, size);
  made.operands.push_back(output("y", size, rounding_of_sums(d.C + 2)));
  return made;
}

OpCase input_gradient(const ShapeWords& words) {
  const DenseDims d = dense_dims(words);
  return {.operands = {input("w", product(d.C, d.K)), input("dy", product(d.N, d.K)),
                       output("dx", product(d.N, d.C), rounding_of_sums(d.K))},
          .flops = products(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.dense_input_gradient(stream, d, at.floats("w"), at.floats("dy"), at.floats("dx"));
          }};
}

OpCase weight_gradient(const ShapeWords& words) {
  const DenseDims d = dense_dims(words);
  const bool bias = fusion(words).bias;
  const Tolerance tolerance = rounding_of_sums(d.N);
  OpCase made{.operands = {input("x", product(d.N, d.C)), input("dy", product(d.N, d.K)),
                           output("dw", product(d.C, d.K), tolerance)},
              .flops = products(d) + (bias ? static_cast<double>(d.N) * d.K : 0),
              .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
                ops.dense_weight_gradient(stream, d, at.floats("x"), at.floats("dy"),
                                          at.floats("dw"), at.floats("db"));
              }};
  if (bias) made.operands.push_back(output("db", d.K, tolerance));
  return made;
}

}  // namespace

std::span<const Operation> dense_operations() {
  static const std::array kOperations = {
      Operation{"dense_forward", "N C K [bias] [residual] [relu|relu6|sigmoid|swish]",
                "N 32 C 1024 K 256 bias relu", forward},
      Operation{"dense_input_gradient", "N C K", "N 32 C 1024 K 256", input_gradient},
      Operation{"dense_weight_gradient", "N C K [bias]", "N 32 C 1024 K 256 bias", weight_gradient},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench

// Activations and dropout.
#include <array>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

using Forward = Op<void(Stream&, std::int64_t, const float*, float*)>;
using Gradient = Op<void(Stream&, std::int64_t, const float*, const float*, float*)>;

// Inputs around the kinks at 0 and 6.
constexpr double kLow = -3, kHigh = 9;

template <Forward Kernels<float>::*member>
OpCase forward(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  return {.operands = {input("x", n, uniform(kLow, kHigh)), output("y", n, {.relative = 4e-7})},
          .flops = static_cast<double>(n),
          .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            (ops.*member)(stream, n, at.floats("x"), at.floats("y"));
          }};
}

/// `largest` is the largest output that the forward operation can have.
template <Gradient Kernels<float>::*member, int largest>
OpCase gradient(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  return {.operands = {input("y", n, whole_numbers(largest)), input("dy", n),
                       output("dx", n, {.relative = 6e-7})},
          .flops = static_cast<double>(n),
          .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            (ops.*member)(stream, n, at.floats("y"), at.floats("dy"), at.floats("dx"));
          }};
}

OpCase swish_gradient(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  // It passes through 0 at x = -1.28, where the rounding of its terms stays.
  return {.operands = {input("x", n, uniform(kLow, kHigh)), input("dy", n),
                       output("dx", n, {.relative = 6e-7})},
          .flops = 5.0 * static_cast<double>(n),  // the sigmoid is one call
          .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.swish_gradient(stream, n, at.floats("x"), at.floats("dy"), at.floats("dx"));
          }};
}

OpCase softmax_forward(const ShapeWords& words) {
  const RowsDims d = rows_dims(words);
  return {.operands = {input("x", d.rows * d.C, uniform(kLow, kHigh)),
                       output("y", d.rows * d.C, {.relative = 8e-7})},
          .flops = 5.0 * static_cast<double>(d.rows) * d.C,  // max, subtract, exp, sum, divide
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.softmax_forward(stream, d, at.floats("x"), at.floats("y"));
          }};
}

OpCase softmax_gradient(const ShapeWords& words) {
  const RowsDims d = rows_dims(words);
  return {.operands = {input("y", d.rows * d.C, uniform(0, 2.0 / d.C)), input("dy", d.rows * d.C),
                       output("dx", d.rows * d.C, {.relative = 1e-6, .absolute = 6e-7 / d.C})},
          .flops = 4.0 * static_cast<double>(d.rows) * d.C,
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.softmax_gradient(stream, d, at.floats("y"), at.floats("dy"), at.floats("dx"));
          }};
}

OpCase dropout(const ShapeWords& words) {
  constexpr double kRate = 0.4;  // of the transfer head
  const std::int64_t n = words.count("n");
  return {.operands = {input("x", n), output("y", n, {.relative = 2e-7})},
          .flops = 2.0 * static_cast<double>(n),  // the random numbers are not counted
          .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.dropout(stream, n, kRate, RandomKey{.seed = 1, .stream = 2, .step = 3},
                        at.floats("x"), at.floats("y"));
          }};
}

}  // namespace

std::span<const Operation> activation_operations() {
  using K = Kernels<float>;
  constexpr std::string_view kExample = "n 246016";  // MobileNet's 62 x 62 x 64
  static const std::array kOperations = {
      Operation{"relu_forward", "n", kExample, forward<&K::relu_forward>},
      Operation{"relu_gradient", "n", kExample, gradient<&K::relu_gradient, 3>},
      Operation{"relu6_forward", "n", kExample, forward<&K::relu6_forward>},
      Operation{"relu6_gradient", "n", kExample, gradient<&K::relu6_gradient, 6>},
      Operation{"sigmoid_forward", "n", kExample, forward<&K::sigmoid_forward>},
      Operation{"sigmoid_gradient", "n", kExample, gradient<&K::sigmoid_gradient, 1>},
      Operation{"swish_forward", "n", kExample, forward<&K::swish_forward>},
      Operation{"swish_gradient", "n", kExample, swish_gradient},
      Operation{"softmax_forward", "rows C", "rows 32 C 1000", softmax_forward},
      Operation{"softmax_gradient", "rows C", "rows 32 C 1000", softmax_gradient},
      Operation{"dropout", "n", "n 32768", dropout},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench

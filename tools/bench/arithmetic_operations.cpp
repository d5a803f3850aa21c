// Padding, addition, filling.
#include <array>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

std::int64_t padded_size(const ImageDims& d, const Padding2D& pad) {
  return std::int64_t{d.N} * (d.H + pad.top + pad.bottom) * (d.W + pad.left + pad.right) * d.C;
}

OpCase zero_pad_forward(const ShapeWords& words) {
  const ImageDims d = image_dims(words);
  const Padding2D pad = padding(words);
  return {.operands = {input("x", d.size()), output("y", padded_size(d, pad), {})},
          .flops = 0,
          .call = [d, pad](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.zero_pad_forward(stream, d, pad, at.floats("x"), at.floats("y"));
          }};
}

OpCase zero_pad_gradient(const ShapeWords& words) {
  const ImageDims d = image_dims(words);
  const Padding2D pad = padding(words);
  Operand dy = input("dy", padded_size(d, pad));
  dy.touched = d.size();
  return {.operands = {dy, output("dx", d.size(), {})},
          .flops = 0,
          .call = [d, pad](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.zero_pad_gradient(stream, d, pad, at.floats("dy"), at.floats("dx"));
          }};
}

OpCase add(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  return {.operands = {input("a", n), input("b", n, uniform(-2, 1)), output("y", n, {})},
          .flops = static_cast<double>(n),
          .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.add(stream, n, at.floats("a"), at.floats("b"), at.floats("y"));
          }};
}

OpCase fill(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  return {.operands = {output("y", n, {})},
          .flops = 0,
          .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.fill(stream, n, 1.5f, at.floats("y"));
          }};
}

}  // namespace

std::span<const Operation> arithmetic_operations() {
  constexpr std::string_view kPadded = "N 1 H 62 W 62 C 128 pad 0 1 0 1";
  static const std::array kOperations = {
      Operation{"zero_pad_forward", "N H W C [pad]", kPadded, zero_pad_forward},
      Operation{"zero_pad_gradient", "N H W C [pad]", kPadded, zero_pad_gradient},
      Operation{"add", "n", "n 246016", add},
      Operation{"fill", "n", "n 246016", fill},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench

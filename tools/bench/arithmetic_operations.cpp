// Padding, addition, filling, clipping, slices of a concatenation, constant and channel-wise factors.
#include <array>

#include "tensor/errors.h"
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

OpCase clip(const ShapeWords& words) {
  const std::int64_t n = words.count("n");
  return {.operands = {input("x", n, uniform(-2, 2)), output("y", n, {})},
          .flops = 2.0 * static_cast<double>(n),
          .call = [n](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.clip(stream, n, 0.5f, at.floats("x"), at.floats("y"));
          }};
}

OpCase write_slice(const ShapeWords& words) {
  const SliceDims d = slice_dims(words);
  return {.operands = {input("part", d.part_size(), uniform(2, 3)),
                       partly_written("whole", d.whole_size(), d.part_size())},
          .flops = 0,
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.write_slice(stream, d, at.floats("part"), at.floats("whole"));
          }};
}

OpCase read_slice(const ShapeWords& words) {
  const SliceDims d = slice_dims(words);
  Operand whole = input("whole", d.whole_size());
  whole.touched = d.part_size();
  return {.operands = {whole, output("part", d.part_size(), {})},
          .flops = 0,
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.read_slice(stream, d, at.floats("whole"), at.floats("part"));
          }};
}

OpCase rescale(const ShapeWords& words) {
  const RowsDims d = rows_dims(words);
  static constexpr ChannelFactors kFactors{0.5f, 2.1f, -3};
  if (d.C > static_cast<int>(kFactors.size()))
    throw_input_error("rescale takes up to {} channels, not {}", kFactors.size(), d.C);
  return {.operands = {input("x", d.rows * d.C), output("y", d.rows * d.C, {})},
          .flops = static_cast<double>(d.rows) * d.C,
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.rescale(stream, d, kFactors, at.floats("x"), at.floats("y"));
          }};
}

OpCase channel_scale_forward(const ShapeWords& words) {
  const ImageDims d = image_dims(words);
  return {.operands = {input("x", d.size()), input("s", std::int64_t{d.N} * d.C, uniform(0, 1)),
                       output("y", d.size(), {})},
          .flops = static_cast<double>(d.size()),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.channel_scale_forward(stream, d, at.floats("x"), at.floats("s"), at.floats("y"));
          }};
}

OpCase channel_scale_gradient(const ShapeWords& words) {
  const ImageDims d = image_dims(words);
  const std::int64_t gates = std::int64_t{d.N} * d.C;
  return {.operands = {input("x", d.size()), input("s", gates, uniform(0, 1)),
                       input("dy", d.size(), uniform(-1, 2)), output("dx", d.size(), {}),
                       output("ds", gates, rounding_of_sums(std::int64_t{d.H} * d.W))},
          .flops = 3.0 * static_cast<double>(d.size()),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.channel_scale_gradient(stream, d, at.floats("x"), at.floats("s"), at.floats("dy"),
                                       at.floats("dx"), at.floats("ds"));
          }};
}

}  // namespace

std::span<const Operation> arithmetic_operations() {
  constexpr std::string_view kPadded = "N 1 H 62 W 62 C 128 pad 0 1 0 1";
  constexpr std::string_view kSlice = "rows C C_whole [offset]";
  constexpr std::string_view kSliceExample = "rows 961 C 32 C_whole 256 offset 224";  // DenseNet
  constexpr std::string_view kGated = "N 1 H 32 W 32 C 192";  // EfficientNet
  static const std::array kOperations = {
      Operation{"zero_pad_forward", "N H W C [pad]", kPadded, zero_pad_forward},
      Operation{"zero_pad_gradient", "N H W C [pad]", kPadded, zero_pad_gradient},
      Operation{"add", "n", "n 246016", add},
      Operation{"fill", "n", "n 246016", fill},
      Operation{"clip", "n", "n 246016", clip},
      Operation{"write_slice", kSlice, kSliceExample, write_slice},
      Operation{"read_slice", kSlice, kSliceExample, read_slice},
      Operation{"rescale", "rows C", "rows 62500 C 3", rescale},  // EfficientNet's input
      Operation{"channel_scale_forward", "N H W C", kGated, channel_scale_forward},
      Operation{"channel_scale_gradient", "N H W C", kGated, channel_scale_gradient},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench

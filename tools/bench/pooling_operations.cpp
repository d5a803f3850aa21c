// Largest and mean value in a window, and over a whole image.
#include <algorithm>
#include <array>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

double window_steps(const ChannelwiseDims& d) {
  return static_cast<double>(d.output_size()) * d.window.R * d.window.S;
}

Operand image(const ChannelwiseDims& d) {
  Operand x = input("x", d.input_size());
  x.touched = touched_inputs(d);
  return x;
}

/// The place in its window that output i is said to come from: one that lies inside the image.
std::uint8_t place_in_window(const ChannelwiseDims& d, std::int64_t i) {
  const Window& w = d.window;
  const std::int64_t column = i / d.C % d.Q(), row = i / d.C / d.Q() % d.P();
  const auto inside = [](std::int64_t start, int window, int size, std::int64_t wish) {
    const std::int64_t first = std::max<std::int64_t>(-start, 0);
    const std::int64_t last = std::min<std::int64_t>(size - start, window) - 1;
    return first + wish % (last - first + 1);
  };
  const std::int64_t r = inside(row * w.stride_h - w.pad.top, w.R, d.H, i % 5);
  const std::int64_t s = inside(column * w.stride_w - w.pad.left, w.S, d.W, i % 7);
  return static_cast<std::uint8_t>(r * w.S + s);
}

OpCase max_pool_forward(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  return {.operands = {image(d), output("y", d.output_size(), {}),
                       output_bytes("argmax", d.output_size())},
          .flops = window_steps(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.max_pool_forward(stream, d, at.floats("x"), at.floats("y"), at.bytes("argmax"));
          }};
}

OpCase max_pool_gradient(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  return {.operands = {input_bytes("argmax", d.output_size(),
                                   [d](std::int64_t i) { return place_in_window(d, i); }),
                       input("dy", d.output_size()),
                       output("dx", d.input_size(), rounding_of_sums(d.window.R * d.window.S))},
          .flops = static_cast<double>(d.output_size()),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.max_pool_gradient(stream, d, at.bytes("argmax"), at.floats("dy"), at.floats("dx"));
          }};
}

OpCase average_pool_forward(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  return {.operands = {image(d),
                       output("y", d.output_size(), rounding_of_sums(d.window.R * d.window.S))},
          .flops = window_steps(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.average_pool_forward(stream, d, at.floats("x"), at.floats("y"));
          }};
}

OpCase average_pool_gradient(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  return {.operands = {input("dy", d.output_size()),
                       output("dx", d.input_size(), rounding_of_sums(d.window.R * d.window.S))},
          .flops = window_steps(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.average_pool_gradient(stream, d, at.floats("dy"), at.floats("dx"));
          }};
}

OpCase global_forward(const ShapeWords& words) {
  const ImageDims d = image_dims(words);
  return {.operands = {input("x", d.size()), output("y", std::int64_t{d.N} * d.C,
                                                    rounding_of_sums(std::int64_t{d.H} * d.W))},
          .flops = static_cast<double>(d.size()),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.global_average_pool_forward(stream, d, at.floats("x"), at.floats("y"));
          }};
}

OpCase global_gradient(const ShapeWords& words) {
  const ImageDims d = image_dims(words);
  return {.operands = {input("dy", std::int64_t{d.N} * d.C),
                       output("dx", d.size(), {.relative = 4e-7})},
          .flops = static_cast<double>(d.N) * d.C,
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.global_average_pool_gradient(stream, d, at.floats("dy"), at.floats("dx"));
          }};
}

}  // namespace

std::span<const Operation> pooling_operations() {
  constexpr std::string_view kWindow = "N H W C R S [stride] [pad]";
  constexpr std::string_view kExample = "N 1 H 59 W 59 C 64 R 2 S 2 stride 2 pad 0";
  constexpr std::string_view kGlobal = "N 8 H 7 W 7 C 1024";
  static const std::array kOperations = {
      Operation{"max_pool_forward", kWindow, kExample, max_pool_forward},
      Operation{"max_pool_gradient", kWindow, kExample, max_pool_gradient},
      Operation{"average_pool_forward", kWindow, kExample, average_pool_forward},
      Operation{"average_pool_gradient", kWindow, kExample, average_pool_gradient},
      Operation{"global_average_pool_forward", "N H W C", kGlobal, global_forward},
      Operation{"global_average_pool_gradient", "N H W C", kGlobal, global_gradient},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench

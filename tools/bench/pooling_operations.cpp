// Largest and mean value in a window, and over a whole image.
#include <array>

#include "tensor/errors.h"
#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

/// Throws InputError for a window that may lie beside the image: it has no largest value and no mean.
ChannelwiseDims pool_dims(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  const Window& w = d.window;
  const auto touches = [](int size, int window, int stride, int pad_before, int outputs) {
    return pad_before < window && std::int64_t{outputs - 1} * stride - pad_before < size;
  };
  if (!touches(d.H, w.R, w.stride_h, w.pad.top, d.P()) ||
      !touches(d.W, w.S, w.stride_w, w.pad.left, d.Q()))
    throw_input_error("a window of \"{}\" sees nothing but padding; give less of it", words.str());
  return d;
}

/// Throws InputError for a window with more places than a byte can name.
ChannelwiseDims max_pool_dims(const ShapeWords& words) {
  const ChannelwiseDims d = pool_dims(words);
  if (std::int64_t{d.window.R} * d.window.S > 255)
    throw_input_error("a window of \"{}\" has more than 255 places; give a smaller R and S",
                      words.str());
  return d;
}

double window_steps(const ChannelwiseDims& d) {
  return static_cast<double>(d.output_size()) * d.window.R * d.window.S;
}

/// What max_pool_forward's x holds: its largest values decide where a gradient goes.
const Fill kPooled = uniform(-1, 1);

Operand image(const ChannelwiseDims& d) {
  Operand x = input("x", d.input_size(), kPooled);
  x.touched = touched_inputs(d);
  return x;
}

/// The place in its window of the largest value that output i sees.
std::uint8_t place_of_largest(const ChannelwiseDims& d, std::int64_t i) {
  const Window& w = d.window;
  const std::int64_t c = i % d.C, q = i / d.C % d.Q(), p = i / d.C / d.Q() % d.P(),
                     n = i / d.C / d.Q() / d.P();
  double largest = -2;
  int place = 0;
  for (int r = 0; r < w.R; ++r)
    for (int s = 0; s < w.S; ++s) {
      const std::int64_t h = p * w.stride_h + r - w.pad.top, v = q * w.stride_w + s - w.pad.left;
      if (h < 0 || h >= d.H || v < 0 || v >= d.W) continue;
      const double value = kPooled(((n * d.H + h) * d.W + v) * d.C + c);
      if (value > largest) {
        largest = value;
        place = r * w.S + s;
      }
    }
  return static_cast<std::uint8_t>(place);
}

OpCase max_pool_forward(const ShapeWords& words) {
  const ChannelwiseDims d = max_pool_dims(words);
  return {.operands = {image(d), output("y", d.output_size(), {}),
                       output_bytes("argmax", d.output_size())},
          .flops = window_steps(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.max_pool_forward(stream, d, at.floats("x"), at.floats("y"), at.bytes("argmax"));
          }};
}

OpCase max_pool_gradient(const ShapeWords& words) {
  const ChannelwiseDims d = max_pool_dims(words);
  return {.operands = {input_bytes("argmax", d.output_size(),
                                   [d](std::int64_t i) { return place_of_largest(d, i); }),
                       input("dy", d.output_size()),
                       output("dx", d.input_size(), rounding_of_sums(d.window.R * d.window.S))},
          .flops = static_cast<double>(d.output_size()),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.max_pool_gradient(stream, d, at.bytes("argmax"), at.floats("dy"), at.floats("dx"));
          }};
}

OpCase average_pool_forward(const ShapeWords& words) {
  const ChannelwiseDims d = pool_dims(words);
  return {.operands = {image(d),
                       output("y", d.output_size(), rounding_of_sums(d.window.R * d.window.S))},
          .flops = window_steps(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.average_pool_forward(stream, d, at.floats("x"), at.floats("y"));
          }};
}

OpCase average_pool_gradient(const ShapeWords& words) {
  const ChannelwiseDims d = pool_dims(words);
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
  constexpr std::string_view kExample = "N 1 H 122 W 122 C 64 R 2 S 2 stride 2 pad 0";
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

// Batch normalisation: training, inference, their gradients, and the moving statistics.
#include <array>
#include <cmath>

#include "tools/bench/operations.h"

namespace nanopneumo::bench {
namespace {

constexpr double kEpsilon = 1e-3;  // Keras' default
constexpr double kMomentum = 0.99;
constexpr double kLeastVariance = 0.05;
constexpr Tolerance kRounding{.relative = 4e-6, .absolute = 4e-6};
constexpr Tolerance kStatistics{.relative = 4e-6, .absolute = 4e-7};

double size(const RowsDims& d) { return static_cast<double>(d.rows) * d.C; }

Operand x_of(const RowsDims& d) { return input("x", d.rows * d.C); }
Operand gamma_of(const RowsDims& d) { return input("gamma", d.C, uniform(0.5, 1.5)); }
Operand mean_of(const RowsDims& d) { return input("mean", d.C, uniform(-0.2, 0.2)); }
Operand variance_of(const RowsDims& d) {
  return input("variance", d.C, uniform(kLeastVariance, 2));
}

/// Sums over all rows of terms of size 1 that may cancel.
Tolerance sums(const RowsDims& d) {
  return {.relative = 2e-6, .absolute = 2e-6 * std::sqrt(static_cast<double>(d.rows))};
}

/// dx is a difference of terms of size |gamma dy| / sqrt(variance + epsilon), which may cancel.
Tolerance difference() {
  return {.relative = 2e-6, .absolute = 2e-6 * 1.5 / std::sqrt(kLeastVariance + kEpsilon)};
}

OpCase training(const ShapeWords& words) {
  const RowsDims d = rows_dims(words);
  return {
      .operands = {x_of(d), gamma_of(d), input("beta", d.C), output("y", d.rows * d.C, kRounding),
                   output("mean", d.C, kStatistics), output("variance", d.C, kStatistics)},
      .flops = 6 * size(d),  // sum; difference, square, sum; scale, shift
      .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
        ops.batch_norm_training(stream, d, kEpsilon, at.floats("x"), at.floats("gamma"),
                                at.floats("beta"), at.floats("y"), at.floats("mean"),
                                at.floats("variance"));
      }};
}

OpCase training_gradient(const ShapeWords& words) {
  const RowsDims d = rows_dims(words);
  return {.operands = {x_of(d), gamma_of(d), mean_of(d), variance_of(d), input("dy", d.rows * d.C),
                       output("dx", d.rows * d.C, difference()), output("dgamma", d.C, sums(d)),
                       output("dbeta", d.C, sums(d))},
          .flops = 10 * size(d),  // xhat (2), two sums (3); xhat again is not needed: 5 more
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.batch_norm_training_gradient(
                stream, d, kEpsilon, at.floats("x"), at.floats("gamma"), at.floats("mean"),
                at.floats("variance"), at.floats("dy"), at.floats("dx"), at.floats("dgamma"),
                at.floats("dbeta"));
          }};
}

OpCase inference(const ShapeWords& words) {
  const RowsDims d = rows_dims(words);
  const Activation activation = fusion(words).activation;
  return {.operands = {x_of(d), gamma_of(d), input("beta", d.C), mean_of(d), variance_of(d),
                       output("y", d.rows * d.C, kRounding)},
          .flops = (activation == Activation::none ? 2 : 3) * size(d),
          .call = [d, activation](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.batch_norm_inference(stream, d, kEpsilon, at.floats("x"), at.floats("gamma"),
                                     at.floats("beta"), at.floats("mean"), at.floats("variance"),
                                     activation, at.floats("y"));
          }};
}

OpCase inference_gradient(const ShapeWords& words) {
  const RowsDims d = rows_dims(words);
  return {.operands = {x_of(d), gamma_of(d), mean_of(d), variance_of(d), input("dy", d.rows * d.C),
                       output("dx", d.rows * d.C, difference()), output("dgamma", d.C, sums(d)),
                       output("dbeta", d.C, sums(d))},
          .flops = 6 * size(d),
          .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.batch_norm_inference_gradient(
                stream, d, kEpsilon, at.floats("x"), at.floats("gamma"), at.floats("mean"),
                at.floats("variance"), at.floats("dy"), at.floats("dx"), at.floats("dgamma"),
                at.floats("dbeta"));
          }};
}

OpCase max_pool(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  const RowsDims pixels{d.input_size() / d.C, d.C};
  return {
      .operands = {x_of(pixels), gamma_of(pixels), input("beta", d.C),
                   output("y", d.output_size(), kRounding), output_bytes("argmax", d.output_size()),
                   output("mean", d.C, kStatistics), output("variance", d.C, kStatistics)},
      .flops = 7 * size(pixels),
      .call = [d](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
        ops.batch_norm_max_pool(stream, d, kEpsilon, at.floats("x"), at.floats("gamma"),
                                at.floats("beta"), at.floats("y"), at.bytes("argmax"),
                                at.floats("mean"), at.floats("variance"));
      }};
}

/// A place in its window that lies inside the image; which one is the same to the operation.
std::uint8_t place_inside(const ChannelwiseDims& d, std::int64_t output) {
  const Window& w = d.window;
  const std::int64_t q = output / d.C % d.Q(), p = output / d.C / d.Q() % d.P();
  for (int place = static_cast<int>(output % (w.R * w.S));; place = (place + 1) % (w.R * w.S)) {
    const std::int64_t h = p * w.stride_h + place / w.S - w.pad.top,
                       v = q * w.stride_w + place % w.S - w.pad.left;
    if (h >= 0 && h < d.H && v >= 0 && v < d.W) return static_cast<std::uint8_t>(place);
  }
}

OpCase max_pool_gradient(const ShapeWords& words) {
  const ChannelwiseDims d = channelwise_dims(words);
  const RowsDims pixels{d.input_size() / d.C, d.C};
  const Activation before = fusion(words).activation;
  return {.operands = {x_of(pixels), gamma_of(pixels), mean_of(pixels), variance_of(pixels),
                       input_bytes("argmax", d.output_size(),
                                   [d](std::int64_t i) { return place_inside(d, i); }),
                       input("dy", d.output_size()), output("dx", d.input_size(), difference()),
                       output("dgamma", d.C, sums(pixels)), output("dbeta", d.C, sums(pixels))},
          .flops = 5 * size(pixels) + 5.0 * static_cast<double>(d.output_size()),
          .call = [d, before](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.batch_norm_max_pool_gradient(
                stream, d, kEpsilon, before, at.floats("x"), at.floats("gamma"), at.floats("mean"),
                at.floats("variance"), at.bytes("argmax"), at.floats("dy"), at.floats("dx"),
                at.floats("dgamma"), at.floats("dbeta"));
          }};
}

OpCase moving_average(const ShapeWords& words) {
  const int C = words.size("C");
  return {.operands = {input("batch", C), updated("moving", C, uniform(-1, 1), kRounding)},
          .flops = 3.0 * C,
          .call = [C](const Kernels<float>& ops, Stream& stream, const Addresses& at) {
            ops.moving_average(stream, C, kMomentum, at.floats("batch"), at.floats("moving"));
          }};
}

}  // namespace

std::span<const Operation> batch_norm_operations() {
  constexpr std::string_view kWindow = "N H W C R S [stride] [pad]";
  constexpr std::string_view kWindowRelu = "N H W C R S [stride] [pad] [relu]";
  constexpr std::string_view kPooled = "N 1 H 122 W 122 C 64 R 2 S 2 stride 2 pad 0";
  constexpr std::string_view kPooledRelu = "N 1 H 122 W 122 C 64 R 2 S 2 stride 2 pad 0 relu";
  static const std::array kOperations = {
      Operation{"batch_norm_training", "rows C", "rows 14884 C 64", training},
      Operation{"batch_norm_training_gradient", "rows C", "rows 14884 C 64", training_gradient},
      Operation{"batch_norm_inference", "rows C [relu|relu6|sigmoid|swish]",
                "rows 14884 C 64 relu6", inference},
      Operation{"batch_norm_inference_gradient", "rows C", "rows 14884 C 64", inference_gradient},
      Operation{"batch_norm_max_pool", kWindow, kPooled, max_pool},
      Operation{"batch_norm_max_pool_gradient", kWindowRelu, kPooledRelu, max_pool_gradient},
      Operation{"moving_average", "C", "C 1024", moving_average},
  };
  return kOperations;
}

}  // namespace nanopneumo::bench

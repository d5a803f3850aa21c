// Our own convolutions for the CPU, whose sums stay in registers: from and to slices, for any window.
#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/separable.h"
#include "tests/kernels/conv_operands.h"
#include "tests/kernels/depthwise_operands.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using namespace cpu;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Of shapes.h, with now and then so many filters that panels of several registers and a part are there, and channels that
/// fill matrix tiles, also more than are gone through at a time.
ConvDims any_conv(int index, CaseRandom& random) {
  // Padding wider than the window, whose zeros neighbouring rows cannot share.
  if (index == 0) return {2, 8, 8, 32, 16, {1, 1, 1, 1, {1, 1, 1, 1}}};
  if (index == 1) return {1, 3, 4, 5, 7, {3, 3, 1, 1, {4, 4, 4, 4}}};
  // A thread's share begins within an image and goes on with whole ones.
  if (index == 2) return {9, 5, 6, 32, 20, {3, 3, 1, 1, {1, 1, 1, 1}}};
  // As many rows as a window of bfloat16 may have, each with a rest that fills no matrix tile.
  if (index == 3) return {1, 18, 4, 5, 9, {16, 3, 1, 1, {}}};
  // Numbers of steps through matrix tiles at which something is done every so many of them.
  constexpr std::array kSteps = {3, 4, 8, 15, 16, 17, 32, 33};
  if (index >= 4 && index < 4 + static_cast<int>(kSteps.size()))
    return {1, 3, 7, 32 * kSteps[static_cast<std::size_t>(index - 4)], 33, {}};
  ConvDims d = conv_dims(index, random);
  if (random.coin()) d.K = random.integer(1, 100);
  if (random.integer(0, 3) == 0) d.C = 32 * random.integer(1, 3);
  if (random.integer(0, 15) == 0) {
    d.C = 32 * random.integer(8, 10);
    d.K = std::min(d.K, 40);
    d.H = std::min(d.H, d.window.R + 4);
    d.W = std::min(d.W, d.window.S + 4);
  }
  return d;
}

TEST_CASE_TEMPLATE("Tiled convolution from and to slices agrees with the reference", E, float,
                   BFloat16) {
  if (!can_multiply<E>()) return;
  for (const int threads : {1, 2, 3}) {
    CpuStream stream(threads);
    for (int index = 0; index < kCases; ++index) {
      CaseRandom random("tiled convolution", index);
      const ConvDims d = any_conv(index, random);
      Operands operands(d, random);
      operands.round<E>();
      const std::int64_t x_stride = d.C + random.integer(0, 1) * random.integer(0, 5),
                         y_stride = d.K + random.integer(0, 5);
      const std::vector<E> x = spread<E>(operands.x, d.C, x_stride, kNaN);
      // Half of the residuals are where the results go.
      const bool in_place = !operands.residual.empty() && random.coin();
      const std::int64_t residual_stride = in_place ? y_stride : d.K + random.integer(0, 5);
      const std::vector<E> residual = spread<E>(operands.residual, d.K, residual_stride, kNaN);
      const tiled::FilterOf<E> filter(d.window, d.C, d.K, operands.w, operands.bias);
      std::vector<E> results[2];
      for (std::vector<E>& y : results) {
        y.assign(static_cast<std::size_t>(d.output_size() / d.K * y_stride), from_float<E>(kNaN));
        if (in_place) y = residual;
        tiled::forward<E>(stream, d, {x.data(), x_stride}, filter,
                          {{y.data(), y_stride},
                           {in_place ? y.data() : pointer(residual), residual_stride},
                           operands.activation});
      }
      const std::int64_t terms = std::int64_t{d.window.R} * d.window.S * d.C + 2;
      const std::string problem = compare_slice(operands.reference(d), results[0], d.K, y_stride,
                                                rounded_to<E>(rounding_of_running_sum(terms)));
      CHECK_MESSAGE(problem.empty(), threads, " threads, ", str(d), ":", problem);
      CHECK(same_bytes(results[0], results[1]));
      count_cases();
    }
  }
}

TEST_CASE_TEMPLATE("Tiled depthwise convolution from and to slices agrees with the reference", E,
                   float, BFloat16) {
  for (const int threads : {1, 2}) {
    CpuStream stream(threads);
    for (int index = 0; index < kCases; ++index) {
      CaseRandom random("tiled depthwise", index);
      const ChannelwiseDims d = any_depthwise(index, random);
      DepthwiseOperands operands(d, random);
      round_to<E>(operands.x);
      const std::int64_t x_stride = d.C + random.integer(0, 5),
                         y_stride = d.C + random.integer(0, 5);
      const std::vector<E> x = spread<E>(operands.x, d.C, x_stride, kNaN);
      std::vector<E> y(static_cast<std::size_t>(d.output_size() / d.C * y_stride),
                       from_float<E>(kNaN));
      const tiled::DepthwiseFilter filter(d.window, d.C, operands.w, operands.bias);
      tiled::depthwise_forward<E, E>(stream, d, {x.data(), x_stride}, filter, operands.activation,
                                     {y.data(), y_stride});
      const std::int64_t terms = std::int64_t{d.window.R} * d.window.S + 1;
      const std::string problem = compare_slice(operands.reference(d), y, d.C, y_stride,
                                                rounded_to<E>(rounding_of_sum(terms)));
      CHECK_MESSAGE(problem.empty(), threads, " threads, ", str(d), ":", problem);
      count_cases();
    }
  }
}

TEST_CASE("Depthwise windows on borders of all widths agree with the reference") {
  CpuStream stream(1);
  for (const int S : {3, 4, 5})
    for (const int stride : {1, 2})
      for (int W = 1; W <= 26; ++W)
        for (int left = 0; left < S; ++left)
          for (int right = 0; right < S; ++right) {
            if (W + left + right < S) continue;
            CaseRandom random("borders", W);
            const ChannelwiseDims d{1, 2, W, kLanes + 1, {2, S, 1, stride, {1, 0, left, right}}};
            const DepthwiseOperands operands(d, random);
            const tiled::DepthwiseFilter filter(d.window, d.C, operands.w, operands.bias);
            std::vector<float> y(static_cast<std::size_t>(d.output_size()), kNaN);
            tiled::depthwise_forward<float, float>(stream, d, {operands.x.data(), d.C}, filter,
                                                   operands.activation, {y.data(), d.C});
            const std::string problem =
                compare_slice(operands.reference(d), y, d.C, d.C, rounding_of_sum(2 * S + 1));
            CHECK_MESSAGE(problem.empty(), str(d), ":", problem);
          }
  count_cases();
}

TEST_CASE("A depthwise convolution rounds its results to bfloat16 where that is asked for") {
  CpuStream stream(2);
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("tiled depthwise to bfloat16", index);
    const ChannelwiseDims d = any_depthwise(index, random);
    const DepthwiseOperands operands(d, random);
    const tiled::DepthwiseFilter filter(d.window, d.C, operands.w, operands.bias);
    const auto size = static_cast<std::size_t>(d.output_size());
    std::vector<float> y(size, kNaN);
    std::vector<BFloat16> rounded(size, from_float<BFloat16>(kNaN)), expected(size);
    tiled::depthwise_forward<float, float>(stream, d, {operands.x.data(), d.C}, filter,
                                           operands.activation, {y.data(), d.C});
    tiled::depthwise_forward<float, BFloat16>(stream, d, {operands.x.data(), d.C}, filter,
                                              operands.activation, {rounded.data(), d.C});
    std::ranges::transform(y, expected.begin(), [](float value) {
      return from_float<BFloat16>(std::fabs(value) < 0x1p-126f ? 0.0f * value : value);
    });
    CHECK(same_bytes(rounded, expected));
    count_cases();
  }
}

TEST_CASE_TEMPLATE(
    "A separable convolution is its two convolutions, to the bit, with any number of threads", E,
    float, BFloat16) {
  if (!can_multiply<E>()) return;
  CpuStream one(1);
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("tiled separable", index);
    const ChannelwiseDims d = any_depthwise(index, random);
    const ConvDims pointwise{d.N, d.P(), d.Q(), d.C, random.integer(1, 70), {}};
    const DepthwiseOperands first(d, random);
    const Operands second(pointwise, random);
    const tiled::DepthwiseFilter depthwise_filter(d.window, d.C, first.w, first.bias);
    const tiled::FilterOf<E> filter({}, d.C, pointwise.K, second.w, second.bias);
    const std::vector<E> image = spread<E>(first.x, d.C, d.C, kNaN),
                         residual = spread<E>(second.residual, pointwise.K, pointwise.K, kNaN);
    const RowsOf<const E> x{image.data(), d.C};
    const auto results = [&](std::vector<E>& y) -> tiled::ResultsOf<E> {
      y.assign(static_cast<std::size_t>(pointwise.output_size()), from_float<E>(kNaN));
      return {{y.data(), pointwise.K}, {pointer(residual), pointwise.K}, second.activation};
    };

    std::vector<E> between(static_cast<std::size_t>(d.output_size())), expected;
    tiled::depthwise_forward<E, E>(one, d, x, depthwise_filter, first.activation,
                                   {between.data(), d.C});
    tiled::forward<E>(one, pointwise, {between.data(), d.C}, filter, results(expected));
    for (const int threads : {1, 2, 5}) {
      CpuStream stream(threads);
      std::vector<E> y;
      tiled::separable_forward<E>(stream, d, x, depthwise_filter, first.activation, filter,
                                  results(y));
      CHECK_MESSAGE(same_bytes(y, expected), threads, " threads, ", str(d), " -> ", pointwise.K);
    }
    count_cases();
  }
}

}  // namespace
}  // namespace nanopneumo::test

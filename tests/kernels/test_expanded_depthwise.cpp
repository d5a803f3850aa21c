// A 1x1 convolution and the depthwise one that reads it as one operation, and the sums of rows that depthwise convolutions
// leave for the average after them.
#include <doctest/doctest.h>

#include <limits>

#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/expanded_depthwise.h"
#include "tests/kernels/depthwise_operands.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using namespace cpu;

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// Of all rows of y (N, P, Q, C), pixels lying `stride` apart; each pixel in turn is added to what was there.
template <class E>
std::vector<float> sums_of_rows(const ChannelwiseDims& d, const std::vector<E>& y,
                                std::int64_t stride) {
  std::vector<float> sums;
  for (std::int64_t row = 0; row < std::int64_t{d.N} * d.P(); ++row)
    for (int c = 0; c < d.C; ++c) {
      float sum = 0;
      for (int q = 0; q < d.Q(); ++q)
        sum += to_float(y[static_cast<std::size_t>((row * d.Q() + q) * stride + c)]);
      sums.push_back(sum);
    }
  return sums;
}

TEST_CASE_TEMPLATE(
    "Channels that are made and filtered by one operation are those of two, to the bit, with any "
    "number of threads",
    E, float, BFloat16) {
  if (!can_multiply<E>()) return;
  CpuStream one(1);
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("expanded depthwise", index);
    // First padding wider than the window: there are rows of output that read no row of the image.
    const ChannelwiseDims d = index == 0 ? ChannelwiseDims{1, 3, 4, 5, {3, 3, 1, 1, {4, 4, 4, 4}}}
                                         : any_depthwise(index, random);
    const ConvDims expansion{d.N, d.H, d.W, random.integer(1, 40), d.C, {}};
    Operands first(expansion, random);
    first.round<E>();
    const DepthwiseOperands second(d, random);
    const std::int64_t x_stride = expansion.C + random.integer(0, 5),
                       y_stride = d.C + random.integer(0, 5);
    const std::vector<E> image = spread<E>(first.x, expansion.C, x_stride, kMissing);
    const RowsOf<const E> x{image.data(), x_stride};
    const auto size = static_cast<std::size_t>(d.output_size() / d.C * y_stride);

    std::vector<E> between(static_cast<std::size_t>(d.input_size())),
        expected(size, from_float<E>(kMissing));
    tiled::forward<E>(one, expansion, x,
                      tiled::FilterOf<E>({}, expansion.C, d.C, first.w, first.bias),
                      {{between.data(), d.C}, {nullptr, 0}, first.activation});
    tiled::depthwise_forward<E, E>(one, d, {between.data(), d.C},
                                   tiled::DepthwiseFilter(d.window, d.C, second.w, second.bias),
                                   second.activation, {expected.data(), y_stride});

    const auto groups =
        tiled::expansion_groups<E>(d, expansion.C, first.w, first.bias, second.w, second.bias);
    for (const int threads : {1, 2, 5}) {
      CpuStream stream(threads);
      std::vector<E> y(size, from_float<E>(kMissing));
      std::vector<float> sums(static_cast<std::size_t>(std::int64_t{d.N} * d.P() * d.C), kMissing);
      tiled::expanded_depthwise_forward<E>(stream, d, x, groups, first.activation,
                                           second.activation, {y.data(), y_stride}, sums.data());
      CHECK_MESSAGE(same_bytes(y, expected), threads, " threads, ", expansion.C, " -> ", str(d));
      CHECK_MESSAGE(same_bytes(sums, sums_of_rows(d, y, y_stride)), threads, " threads, ", str(d));
    }
    count_cases();
  }
}

TEST_CASE_TEMPLATE("Strips of channels of large images", E, float, BFloat16) {
  if (!can_multiply<E>()) return;
  CpuStream one(1), three(3);
  for (const int stride : {1, 2}) {
    CaseRandom random("strips", stride);
    const ChannelwiseDims d{1, 70, 410, 40, {5, 3, stride, stride, {2, 1, 1, 0}}};
    const ConvDims expansion{d.N, d.H, d.W, 3, d.C, {}};
    Operands first(expansion, random);
    first.round<E>();
    const std::vector<E> x = spread<E>(first.x, expansion.C, expansion.C, kMissing);
    const DepthwiseOperands second(d, random);
    const auto groups =
        tiled::expansion_groups<E>(d, expansion.C, first.w, first.bias, second.w, second.bias);
    const auto run = [&](CpuStream& stream) {
      std::vector<E> y(static_cast<std::size_t>(d.output_size()), from_float<E>(kMissing));
      std::vector<float> sums(static_cast<std::size_t>(d.N * d.P() * d.C), kMissing);
      tiled::expanded_depthwise_forward<E>(stream, d, {x.data(), expansion.C}, groups,
                                           first.activation, second.activation, {y.data(), d.C},
                                           sums.data());
      CHECK(same_bytes(sums, sums_of_rows(d, y, d.C)));
      return y;
    };
    std::vector<E> between(static_cast<std::size_t>(d.input_size())),
        expected(static_cast<std::size_t>(d.output_size()));
    tiled::forward<E>(one, expansion, {x.data(), expansion.C},
                      tiled::FilterOf<E>({}, expansion.C, d.C, first.w, first.bias),
                      {{between.data(), d.C}, {nullptr, 0}, first.activation});
    tiled::depthwise_forward<E, E>(one, d, {between.data(), d.C},
                                   tiled::DepthwiseFilter(d.window, d.C, second.w, second.bias),
                                   second.activation, {expected.data(), d.C});
    CHECK(same_bytes(run(one), expected));
    CHECK(same_bytes(run(three), expected));
    count_cases();
  }
}

TEST_CASE_TEMPLATE("A depthwise convolution leaves the sums of its rows, and the same results", E,
                   float, BFloat16) {
  CpuStream stream(2);
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("row sums", index);
    const ChannelwiseDims d = any_depthwise(index, random);
    DepthwiseOperands operands(d, random);
    round_to<E>(operands.x);
    const std::vector<E> x = spread<E>(operands.x, d.C, d.C, kMissing);
    const tiled::DepthwiseFilter filter(d.window, d.C, operands.w, operands.bias);
    std::vector<E> y(static_cast<std::size_t>(d.output_size()), from_float<E>(kMissing)),
        expected = y;
    std::vector<float> sums(static_cast<std::size_t>(std::int64_t{d.N} * d.P() * d.C), kMissing);
    tiled::depthwise_forward<E, E>(stream, d, {x.data(), d.C}, filter, operands.activation,
                                   {expected.data(), d.C});
    tiled::depthwise_forward<E, E>(stream, d, {x.data(), d.C}, filter, operands.activation,
                                   {y.data(), d.C}, sums.data());
    CHECK(same_bytes(y, expected));
    CHECK_MESSAGE(same_bytes(sums, sums_of_rows(d, y, d.C)), str(d));
    count_cases();
  }
}

}  // namespace
}  // namespace nanopneumo::test

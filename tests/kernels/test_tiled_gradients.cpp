// The gradients of our own convolutions for the CPU, for any window.
#include <doctest/doctest.h>

#include <limits>

#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/depthwise_weight_gradient.h"
#include "kernels/cpu/tiled/few_weights_gradient.h"
#include "kernels/cpu/tiled/input_gradient.h"
#include "kernels/cpu/tiled/weight_gradient.h"
#include "tests/kernels/conv_operands.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using namespace cpu;

/// Calls compute(stream, result) with a result full of NaN and 1, 2 and 5 threads: it has to be `expected`, and the
/// same bytes each time.
template <class Compute>
void check(const std::string& what, const std::vector<double>& expected, std::int64_t terms,
           const Compute& compute) {
  const Tolerance tolerance = rounding_of_running_sum(terms);
  const auto size = static_cast<int>(expected.size());
  std::vector<float> first;
  for (const int threads : {1, 2, 5}) {
    CpuStream stream(threads);
    std::vector<float> result(expected.size(), std::numeric_limits<float>::quiet_NaN());
    compute(stream, result.data());
    const std::string problem = compare_slice(expected, result, size, size, tolerance);
    CHECK_MESSAGE(problem.empty(), threads, " threads, ", what, ":", problem);
    if (first.empty()) first = result;
    CHECK_MESSAGE(result == first, threads, " threads, ", what);
  }
  count_cases();
}

/// Of the reference, where run(call) asks for the output `name`.
template <class Run>
std::vector<double> on_reference(const char* name, const Run& run) {
  return run_on(reference_device(), 0, run).outputs.at(name).values;
}

/// Of shapes.h, with now and then so many channels that several tiles and panels are there.
ConvDims any_conv(int index, CaseRandom& random) {
  ConvDims d = conv_dims(index, random);
  if (random.coin()) d.K = random.integer(1, 300);
  if (random.coin()) d.C = random.integer(1, 80);
  return d;
}

/// Both gradients by compute(stream, d, x, dy, dw, db), and dw alone.
template <class Compute>
void check_weight_gradient(const ConvDims& d, CaseRandom& random, const Compute& compute) {
  const std::vector<float> x = random.values(d.input_size()), dy = random.values(d.output_size());
  std::vector<double> expected = on_reference("dw and db", [&](auto& call) {
    auto* both = call.out("dw and db", d.weight_size() + d.K, kExact);
    call.ops().conv_weight_gradient(call.stream(), d, call.in(x), call.in(dy), both,
                                    both + d.weight_size());
  });
  const std::int64_t terms = d.output_size() / d.K;
  check(str(d), expected, terms, [&](CpuStream& stream, float* both) {
    compute(stream, d, x.data(), dy.data(), both, both + d.weight_size());
  });
  expected.resize(static_cast<std::size_t>(d.weight_size()));
  check(str(d), expected, terms, [&](CpuStream& stream, float* dw) {
    compute(stream, d, x.data(), dy.data(), dw, nullptr);
  });
}

TEST_CASE(
    "Tiled weights' gradients agree with the reference, to the bit with any number of threads") {
  int few = 0;
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("tiled weight gradient", index);
    const ConvDims d = any_conv(index, random);
    check_weight_gradient(d, random, tiled::weight_gradient);
    if (!tiled::has_few_weights(d)) continue;
    check_weight_gradient(d, random, tiled::few_weights_gradient);
    ++few;
  }
  CHECK(few > kCases / 4);
  CHECK(few < kCases);
}

TEST_CASE("Tiled gradients of few weights from many pixels agree with the reference") {
  const ConvDims shapes[] = {{3, 40, 37, 5, 19, {3, 3, 1, 1, {1, 1, 1, 1}}},
                             {2, 63, 70, 3, 32, {3, 3, 2, 2, {0, 1, 0, 1}}},
                             {1, 91, 90, 3, 33, {7, 7, 2, 2, {3, 3, 3, 3}}},
                             {2, 80, 81, 17, 64, {}},
                             {5, 1, 1999, 1, 7, {1, 3, 1, 1, {}}}};
  for (const ConvDims& d : shapes) {
    CaseRandom random("tiled gradient of few weights", d.C);
    REQUIRE(tiled::has_few_weights(d));
    check_weight_gradient(d, random, tiled::few_weights_gradient);
  }
}

void check_input_gradient(const ConvDims& d, CaseRandom& random) {
  const std::vector<float> w = random.values(d.weight_size()), dy = random.values(d.output_size());
  const std::vector<double> expected = on_reference("dx", [&](auto& call) {
    call.ops().conv_input_gradient(call.stream(), d, call.in(w), call.in(dy),
                                   call.out("dx", d.input_size(), kExact));
  });
  const std::int64_t terms = std::int64_t{d.window.R} * d.window.S * d.K;
  check(str(d), expected, terms, [&](CpuStream& stream, float* dx) {
    tiled::input_gradient(stream, d, w.data(), dy.data(), dx);
  });
}

TEST_CASE(
    "Tiled inputs' gradients agree with the reference, to the bit with any number of threads") {
  int computed = 0;
  for (int index = 0; index < 2 * kCases; ++index) {
    CaseRandom random("tiled input gradient", index);
    const ConvDims d = any_conv(index, random);
    if (!tiled::has_input_gradient(d)) continue;
    check_input_gradient(d, random);
    ++computed;
  }
  CHECK(computed > kCases / 4);
}

TEST_CASE("Pixels that a 1x1 window skips get no gradient") {
  for (const int stride_h : {1, 2, 3})
    for (const int stride_w : {1, 2, 3})
      for (const int size : {5, 6, 7}) {
        CaseRandom random("skipped pixels", stride_h * 100 + stride_w * 10 + size);
        const ConvDims d{2, size, size + 1, 5, 33, {1, 1, stride_h, stride_w, {}}};
        REQUIRE(tiled::has_input_gradient(d));
        check_input_gradient(d, random);
      }
}

TEST_CASE(
    "Tiled depthwise weights' gradients agree with the reference, with any number of threads") {
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("tiled depthwise weight gradient", index);
    ChannelwiseDims d = channelwise_dims(index, random);
    if (random.coin()) d.C = random.integer(1, 100);
    const std::vector<float> x = random.values(d.input_size()), dy = random.values(d.output_size());
    const std::vector<double> expected = on_reference("dw", [&](auto& call) {
      call.ops().depthwise_weight_gradient(call.stream(), d, call.in(x), call.in(dy),
                                           call.out("dw", d.weight_size(), kExact), nullptr);
    });
    check(str(d), expected, d.output_size() / d.C, [&](CpuStream& stream, float* dw) {
      tiled::depthwise_weight_gradient(stream, d, x.data(), dy.data(), dw);
    });
  }
}

}  // namespace
}  // namespace nanopneumo::test

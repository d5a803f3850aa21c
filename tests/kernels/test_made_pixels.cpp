// 1x1 convolutions of pixels that are made where they are read: of a batch normalisation's, of a gate's.
#include <doctest/doctest.h>

#include <limits>
#include <optional>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/tiled/affine_product.h"
#include "kernels/cpu/tiled/scaled_product.h"
#include "tests/kernels/conv_operands.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using namespace cpu;

constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();

/// Some images, slices of wider ones, and the 1x1 convolution of what is made of them.
template <class E>
struct MadePixels {
  explicit MadePixels(CaseRandom& random)
      : MadePixels(random, {random.integer(1, 3),
                            random.integer(1, 11),
                            random.integer(1, 13),
                            random.integer(1, 100),
                            random.integer(1, 100),
                            {}}) {}
  MadePixels(CaseRandom& random, const ConvDims& dims)
      : d(dims),
        operands(d, random),
        x_stride(d.C + random.integer(0, 5)),
        y_stride(d.K + random.integer(0, 5)) {
    operands.template round<E>();
    x = spread<E>(operands.x, d.C, x_stride, kNoNumber);
    filter.emplace(Window{}, d.C, d.K, operands.w, operands.bias);
  }

  tiled::Images images() const { return {d.N, std::int64_t{d.H} * d.W, d.C}; }
  RowsOf<const E> rows() const { return {x.data(), x_stride}; }

  /// operands.x[i] becomes make(i, channel), the number that the convolution is of.
  template <class Make>
  void replace_x(const Make& make) {
    for (std::size_t i = 0; i < operands.x.size(); ++i)
      operands.x[i] = make(i, i % static_cast<std::size_t>(d.C));
    round_to<E>(operands.x);
  }

  /// What run(stream, results) leaves is the reference's, and has the same bytes whatever the number of threads.
  template <class Run>
  void check(const Run& run) const {
    const std::vector<double> expected = operands.reference(d);
    const std::vector<E> residual = spread<E>(operands.residual, d.K, d.K, kNoNumber);
    std::vector<E> first;
    for (const int threads : {1, 2, 5}) {
      CpuStream stream(threads);
      std::vector<E> y(static_cast<std::size_t>(d.output_size() / d.K * y_stride),
                       from_float<E>(kNoNumber));
      // Half of the residuals are where the results go.
      const bool in_place = !operands.residual.empty() && d.C % 2 == 0;
      if (in_place) y = spread<E>(operands.residual, d.K, y_stride, kNoNumber);
      const RowsOf<const E> elsewhere{pointer(residual), d.K};
      run(stream, tiled::ResultsOf<E>{{y.data(), y_stride},
                                      in_place ? RowsOf<const E>{y.data(), y_stride} : elsewhere,
                                      operands.activation});
      const std::string problem = compare_slice(expected, y, d.K, y_stride,
                                                rounded_to<E>(rounding_of_running_sum(d.C + 2)));
      CHECK_MESSAGE(problem.empty(), threads, " threads, ", str(d), ":", problem);
      if (first.empty()) first = y;
      CHECK(same_bytes(y, first));
    }
    count_cases();
  }

  ConvDims d;
  Operands operands;
  std::int64_t x_stride, y_stride;
  std::vector<E> x;
  std::optional<tiled::FilterOf<E>> filter;
};

TEST_CASE_TEMPLATE("The product of an affine's pixels agrees with the reference", E, float,
                   BFloat16) {
  if (!can_multiply<E>()) return;
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("affine product", index);
    MadePixels<E> made(random);
    const std::vector<float> scale = random.values(made.d.C), shift = random.values(made.d.C);
    const Activation activation = any_activation(random);
    with_activation(activation, [&](auto f) {
      made.replace_x([&](std::size_t i, std::size_t c) {
        return f(made.operands.x[i] * scale[c] + shift[c]);
      });
    });
    made.check([&](CpuStream& stream, const tiled::ResultsOf<E>& results) {
      tiled::affine_product<E>(stream, made.images(), made.rows(), {scale, shift, activation},
                               *made.filter, results);
    });
  }
}

TEST_CASE_TEMPLATE("The product of gated pixels agrees with the reference", E, float, BFloat16) {
  if (!can_multiply<E>()) return;
  for (int index = 0; index < kCases; ++index) {
    CaseRandom random("scaled product", index);
    // First images so large that the weights are scaled, of several panels, and by several threads.
    MadePixels<E> made = index == 0   ? MadePixels<E>(random, {2, 20, 20, 24, 70, {}})
                         : index == 1 ? MadePixels<E>(random, {2, 30, 30, 192, 32, {}})
                                      : MadePixels<E>(random);
    const auto C = static_cast<std::size_t>(made.d.C);
    const std::int64_t s_stride = made.d.C + random.integer(0, 5);
    std::vector<float> gates = random.values(made.d.N * made.d.C);
    round_to<E>(gates);
    const std::vector<E> s = spread<E>(gates, made.d.C, s_stride, kNoNumber);
    const std::size_t image = static_cast<std::size_t>(made.images().pixels) * C;
    made.replace_x([&](std::size_t i, std::size_t c) {
      return made.operands.x[i] * gates[i / image * C + c];
    });
    made.check([&](CpuStream& stream, const tiled::ResultsOf<E>& results) {
      tiled::scaled_product<E>(stream, made.images(), made.rows(), {s.data(), s_stride},
                               *made.filter, results);
    });
  }
}

}  // namespace
}  // namespace nanopneumo::test

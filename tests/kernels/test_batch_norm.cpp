#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

constexpr double kEpsilon = 1e-3;
constexpr Tolerance kRounding{.relative = 2e-6};
constexpr Tolerance kStatistics{.relative = 2e-6, .absolute = 1e-7};

/// A layer's operands. Where a parameter is left out its vector is empty.
struct BatchNorm {
  BatchNorm(Case& c, const RowsDims& d)
      : x(c.random.values(d.rows * d.C)),
        gamma(c.random.coin() ? c.random.values(d.C, 0.5, 1.5) : std::vector<float>()),
        beta(c.random.coin() ? c.random.values(d.C) : std::vector<float>()),
        mean(c.random.values(d.C, -0.2, 0.2)),
        variance(c.random.values(d.C, 0.05, 2)),
        dy(c.random.values(d.rows * d.C)) {}

  std::vector<float> x, gamma, beta, mean, variance, dy;
};

/// dx is a difference of terms of size |gamma dy| / sqrt(variance + epsilon), which may cancel.
Tolerance input_gradient_tolerance(const BatchNorm& b) {
  const float smallest = *std::min_element(b.variance.begin(), b.variance.end());
  return {.relative = 1e-6, .absolute = 1e-6 * 1.5 / std::sqrt(smallest + kEpsilon)};
}

TEST_CASE("batch_norm_training agrees with the reference") {
  conformance("batch_norm_training", kCases, [](Case& c) {
    const RowsDims d = rows_dims(c.index, c.random);
    const BatchNorm b(c, d);
    c.check(str(d), [&](auto& call) {
      call.ops().batch_norm_training(
          call.stream(), d, kEpsilon, call.in(b.x), call.in(b.gamma), call.in(b.beta),
          call.out("y", d.rows * d.C, {.relative = 1e-6, .absolute = 1e-6}),
          call.out("mean", d.C, kStatistics), call.out("variance", d.C, kStatistics));
    });
  });
}

// The mean itself can only be stored to half a unit in the last place (3e-5); y then lies within
// 3e-5 / sqrt(variance + epsilon). The variance must not suffer: a difference of squares would lose
// it.
TEST_CASE("batch_norm_training keeps a tiny variance around a large mean") {
  conformance("batch_norm_training, mean 1000", kCases, [](Case& c) {
    const RowsDims d{.rows = c.random.integer(64, 3000), .C = c.random.integer(1, 40)};
    const double deviation = 1e-2, epsilon = 1e-6;
    const auto x = c.random.values(d.rows * d.C, 1000 - std::sqrt(3) * deviation,
                                   1000 + std::sqrt(3) * deviation);
    c.check(str(d), [&](auto& call) {
      call.ops().batch_norm_training(
          call.stream(), d, epsilon, call.in(x), nullptr, nullptr,
          call.out("y", d.rows * d.C, {.absolute = 1.2 * 3.1e-5 / deviation}),
          call.out("mean", d.C, {.relative = 6e-8}), call.out("variance", d.C, {.relative = 2e-5}));
    });
  });
}

// Statistics are often taken of x - x[0]. Here x[0] is sqrt(rows) deviations from the mean, as far as a
// number can be: float32 sums of squares of such differences would lose a share of rows * 6e-8 of the
// variance. In the mean the differences and the means of parts may be rounded, by 3e-5 each time; four
// such errors of one sign are still less than 1e-5 deviations.
TEST_CASE("batch_norm_training keeps its precision where the first row is an outlier") {
  conformance("batch_norm_training, outlier", kCases / 5, [](Case& c) {
    const RowsDims d{.rows = c.random.integer(64, 3000), .C = c.random.integer(1, 40)};
    auto x = c.random.values(d.rows * d.C);
    for (int channel = 0; channel < d.C; ++channel)
      x[static_cast<std::size_t>(channel)] = c.random.coin() ? 1000 : -1000;
    c.check(str(d), [&](auto& call) {
      call.ops().batch_norm_training(call.stream(), d, kEpsilon, call.in(x), nullptr, nullptr,
                                     call.out("y", d.rows * d.C, {.relative = 1e-6}),
                                     call.out("mean", d.C, {.absolute = 1.2e-4}),
                                     call.out("variance", d.C, kStatistics));
    });
  });
}

TEST_CASE("batch_norm_training_gradient agrees with the reference") {
  conformance("batch_norm_training_gradient", kCases, [](Case& c) {
    const RowsDims d = rows_dims(c.index, c.random);
    const BatchNorm b(c, d);
    const bool in_place = c.random.coin();
    // The terms of the two sums cancel, too: they are of size 1 and 1 / sqrt(variance + epsilon).
    const Tolerance dx_tolerance = input_gradient_tolerance(b);
    const Tolerance sums{.relative = 1e-6, .absolute = 1e-6 * std::sqrt(double(d.rows))};
    c.check(str(d), [&](auto& call) {
      auto* dx = in_place ? call.in_out("dx", b.dy, dx_tolerance)
                          : call.out("dx", d.rows * d.C, dx_tolerance);
      call.ops().batch_norm_training_gradient(
          call.stream(), d, kEpsilon, call.in(b.x), call.in(b.gamma), call.in(b.mean),
          call.in(b.variance), in_place ? dx : call.in(b.dy), dx, call.out("dgamma", d.C, sums),
          call.out("dbeta", d.C, sums));
    });
  });
}

TEST_CASE("batch_norm_inference agrees with the reference") {
  conformance("batch_norm_inference", kCases, [](Case& c) {
    const RowsDims d = rows_dims(c.index, c.random);
    const BatchNorm b(c, d);
    const bool in_place = c.random.coin();
    const Activation activation = any_activation(c.random);
    c.check(str(d), [&](auto& call) {
      auto* y =
          in_place ? call.in_out("y", b.x, kRounding) : call.out("y", d.rows * d.C, kRounding);
      call.ops().batch_norm_inference(call.stream(), d, kEpsilon, in_place ? y : call.in(b.x),
                                      call.in(b.gamma), call.in(b.beta), call.in(b.mean),
                                      call.in(b.variance), activation, y);
    });
  });
}

// What a frozen layer needs: dx alone (x is then not read and may be null), the parameters alone,
// both.
TEST_CASE("batch_norm_inference_gradient agrees with the reference") {
  conformance("batch_norm_inference_gradient", kCases, [](Case& c) {
    const RowsDims d = rows_dims(c.index, c.random);
    const BatchNorm b(c, d);
    const int wanted = c.random.integer(0, 2);
    const bool want_dx = wanted != 1, want_parameters = wanted != 0, in_place = c.random.coin();
    const Tolerance sums{.relative = 1e-6, .absolute = 1e-6 * std::sqrt(double(d.rows))};
    c.check(str(d), [&](auto& call) {
      typename std::remove_reference_t<decltype(call)>::Pointer dx = nullptr, dgamma = nullptr,
                                                                dbeta = nullptr;
      if (want_dx)
        dx =
            in_place ? call.in_out("dx", b.dy, kRounding) : call.out("dx", d.rows * d.C, kRounding);
      if (want_parameters) {
        dgamma = call.out("dgamma", d.C, sums);
        dbeta = call.out("dbeta", d.C, sums);
      }
      call.ops().batch_norm_inference_gradient(
          call.stream(), d, kEpsilon, want_parameters ? call.in(b.x) : nullptr, call.in(b.gamma),
          call.in(b.mean), call.in(b.variance), dx && in_place ? dx : call.in(b.dy), dx, dgamma,
          dbeta);
    });
  });
}

TEST_CASE("moving_average agrees with the reference") {
  conformance("moving_average", kCases, [](Case& c) {
    const int C = c.random.integer(1, 300);
    const auto batch = c.random.values(C), moving = c.random.values(C);
    const double momentum = c.index % 3 == 0 ? 0.99 : c.random.uniform(0, 1);
    c.check(fmt::format("C {} momentum {}", C, momentum), [&](auto& call) {
      call.ops().moving_average(call.stream(), C, momentum, call.in(batch),
                                call.in_out("moving", moving, {.relative = 2e-7}));
    });
  });
}

}  // namespace
}  // namespace nanopneumo::test

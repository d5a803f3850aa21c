#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// n values around the kinks at 0 and 6, on them, far away, infinite and NaN.
std::vector<float> activation_inputs(Case& c, std::int64_t n) {
  const std::array kSpecial = {0.0f,
                               -0.0f,
                               6.0f,
                               1e4f,
                               -1e4f,
                               88.5f,
                               -104.0f,
                               kNan,
                               kInfinity,
                               -kInfinity,
                               std::nextafter(6.0f, 0.0f),
                               std::numeric_limits<float>::denorm_min()};
  std::vector<float> x = c.random.values(n, -9, 9);
  for (float& value : x)
    if (c.random.integer(0, 9) == 0)
      value = kSpecial[static_cast<std::size_t>(c.random.integer(0, kSpecial.size() - 1))];
  return x;
}

/// Tests y = f(x), out of place and with y being x.
template <class Operation>
void check_forward(const std::string& name, Tolerance tolerance, Operation operation) {
  conformance(name, kCases, [&](Case& c) {
    const std::int64_t n = element_count(c.index, c.random);
    const auto x = activation_inputs(c, n);
    const bool in_place = c.random.coin();
    c.check(fmt::format("n {}{}", n, in_place ? ", in place" : ""), [&](auto& call) {
      auto* y = in_place ? call.in_out("y", x, tolerance) : call.out("y", n, tolerance);
      operation(call.ops())(call.stream(), n, in_place ? y : call.in(x), y);
    });
  });
}

/// Tests dx = f(y, dy) for y in [0, 1] * largest, ends included, out of place and with dx being dy.
template <class Operation>
void check_gradient(const std::string& name, float largest, Tolerance tolerance,
                    Operation operation) {
  conformance(name, kCases, [&](Case& c) {
    const std::int64_t n = element_count(c.index, c.random);
    auto y = c.random.values(n, 0, largest);
    for (float& value : y)
      if (c.random.integer(0, 4) == 0) value = c.random.coin() ? 0 : largest;
    const auto dy = c.random.values(n);
    const bool in_place = c.random.coin();
    c.check(fmt::format("n {}{}", n, in_place ? ", in place" : ""), [&](auto& call) {
      auto* dx = in_place ? call.in_out("dx", dy, tolerance) : call.out("dx", n, tolerance);
      operation(call.ops())(call.stream(), n, call.in(y), in_place ? dx : call.in(dy), dx);
    });
  });
}

TEST_CASE("relu agrees with the reference") {
  check_forward("relu_forward", kExact, [](const auto& ops) { return ops.relu_forward; });
  check_gradient("relu_gradient", 3, kExact, [](const auto& ops) { return ops.relu_gradient; });
}

TEST_CASE("relu6 agrees with the reference") {
  check_forward("relu6_forward", kExact, [](const auto& ops) { return ops.relu6_forward; });
  check_gradient("relu6_gradient", 6, kExact, [](const auto& ops) { return ops.relu6_gradient; });
}

TEST_CASE("sigmoid agrees with the reference") {
  check_forward("sigmoid_forward", {.relative = 2e-7},
                [](const auto& ops) { return ops.sigmoid_forward; });
  check_gradient("sigmoid_gradient", 1, {.relative = 3e-7},
                 [](const auto& ops) { return ops.sigmoid_gradient; });
}

TEST_CASE("swish agrees with the reference") {
  check_forward("swish_forward", {.relative = 3e-7},
                [](const auto& ops) { return ops.swish_forward; });
  conformance("swish_gradient", kCases, [](Case& c) {
    const std::int64_t n = element_count(c.index, c.random);
    const auto x = c.random.values(n, -20, 20), dy = c.random.values(n);
    const bool in_place = c.random.coin();
    // Around x = -1.28 the terms of 1 + x (1 - s) cancel.
    constexpr Tolerance kTolerance{.relative = 1e-6, .absolute = 3e-7};
    c.check(fmt::format("n {}{}", n, in_place ? ", in place" : ""), [&](auto& call) {
      auto* dx = in_place ? call.in_out("dx", dy, kTolerance) : call.out("dx", n, kTolerance);
      call.ops().swish_gradient(call.stream(), n, call.in(x), in_place ? dx : call.in(dy), dx);
    });
  });
}

// The harness takes the reference at its word; here are the values that the contract states.
TEST_CASE("The reference's activations keep NaN and saturate") {
  const Kernels<double>& ops = reference_kernels();
  Stream& stream = reference_device().stream();
  const double x[] = {std::nan(""), -1e4, 1e4, 0};
  double y[4];
  ops.relu_forward(stream, 4, x, y);
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 0);
  CHECK(y[2] == 1e4);
  ops.relu6_forward(stream, 4, x, y);
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 0);
  CHECK(y[2] == 6);
  ops.sigmoid_forward(stream, 4, x, y);
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == 0);
  CHECK(y[2] == 1);
  CHECK(y[3] == 0.5);
}

}  // namespace
}  // namespace nanopneumo::test

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

constexpr Tolerance kOneRounding{.relative = 6e-8};

TEST_CASE("add agrees with the reference") {
  conformance("add", kCases, [](Case& c) {
    const std::int64_t n = element_count(c.index, c.random);
    const auto a = c.values(n), b = c.values(n);
    const int place = c.index % 3;  // y is a buffer of its own, a, or b
    const Tolerance tolerance = c.linear(kOneRounding);
    c.check(fmt::format("n {} place {}", n, place), [&](auto& call) {
      auto* y = place == 0   ? call.out("y", n, tolerance)
                : place == 1 ? call.in_out("y", a, tolerance)
                             : call.in_out("y", b, tolerance);
      call.ops().add(call.stream(), n, place == 1 ? y : call.in(a), place == 2 ? y : call.in(b), y);
    });
  });
}

TEST_CASE("fill agrees with the reference") {
  conformance("fill", kCases, [](Case& c) {
    const std::int64_t n = element_count(c.index, c.random);
    const float value = c.index % 4 == 0 ? 0 : static_cast<float>(c.random.uniform(-5, 5));
    c.check(fmt::format("n {}", n), [&](auto& call) {
      call.ops().fill(call.stream(), n, call.number(value), call.out("y", n, kExact));
    });
  });
}

TEST_CASE("clip agrees with the reference") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  conformance("clip", kCases, [](Case& c) {
    const std::int64_t n = element_count(c.index, c.random);
    const auto limit = static_cast<float>(c.random.uniform(0, 1.5));
    const std::array special = {limit,     -limit,     std::nextafter(limit, 0.0f),
                                1e-40f,    -0.0f,      std::nextafter(-limit, -2.0f),
                                kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()};
    auto x = c.values(n);
    for (float& value : x)
      if (c.random.integer(0, 9) == 0)
        value = special[static_cast<std::size_t>(c.random.integer(0, special.size() - 1))];
    const bool in_place = c.index % 3 == 2;
    c.check(fmt::format("n {} limit {}{}", n, limit, in_place ? " in place" : ""), [&](auto& call) {
      auto* y = in_place ? call.in_out("y", x, kExact) : call.out("y", n, kExact);
      call.ops().clip(call.stream(), n, call.number(limit), in_place ? y : call.in(x), y);
    });
  });
}

// The harness takes the reference at its word; here are the values that the contract states.
TEST_CASE("The reference's clip keeps NaN and saturates") {
  const double x[] = {std::nan(""), -1e4, 1e4, 0.25, -0.5};
  double y[5];
  reference_kernels().clip(reference_device().stream(), 5, 0.5, x, y);
  CHECK(std::isnan(y[0]));
  CHECK(y[1] == -0.5);
  CHECK(y[2] == 0.5);
  CHECK(y[3] == 0.25);
  CHECK(y[4] == -0.5);
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test

#include <doctest/doctest.h>

#include "tests/kernels/conformance.h"
#include "tests/kernels/gradient_check.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("rescale agrees with the reference") {
  conformance("rescale", kCases, [](Case& c) {
    const RowsDims d{element_count(c.index, c.random), c.random.integer(1, 3)};
    const auto x = c.values(d.rows * d.C);
    const ChannelFactors factors{1 / 255.0f, static_cast<float>(c.random.uniform(-3, 3)), 2};
    const bool in_place = c.index % 3 == 2;
    constexpr Tolerance kOneRounding{.relative = 6e-8};
    c.check(str(d) + (in_place ? " in place" : ""), [&](auto& call) {
      const std::int64_t n = d.rows * d.C;
      auto* y = in_place ? call.in_out("y", x, kOneRounding) : call.out("y", n, kOneRounding);
      call.ops().rescale(call.stream(), d, factors, in_place ? y : call.in(x), y);
    });
  });
}

// It is its own gradient: the same call on dy.
TEST_CASE("Gradient of rescale") {
  const Kernels<double>& ops = reference_kernels();
  Stream& stream = reference_device().stream();
  GradientCheck check("rescale gradient");
  for (int index = 0; index < kGradientCases; ++index) {
    CaseRandom random("rescale gradient", index);
    const RowsDims d{random.integer(1, 40), random.integer(1, 3)};
    const ChannelFactors factors{static_cast<float>(random.uniform(-2, 2)), -1.25f, 0.5f};
    const Values x = random_doubles(random, d.rows * d.C);
    const Values dy = random_doubles(random, d.rows * d.C);
    Values y(x.size()), dx(x.size());
    ops.rescale(stream, d, factors, dy.data(), dx.data());
    check.compare(str(d), dx, x, [&](const Values& at) {
      ops.rescale(stream, d, factors, at.data(), y.data());
      return inner_product(y, dy);
    });
  }
}

}  // namespace
}  // namespace nanopneumo::test

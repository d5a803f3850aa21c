#include <doctest/doctest.h>

#include <array>

#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

DenseDims dense_dims(int index, CaseRandom& random) {
  constexpr std::array kAwkward = {
      DenseDims{1, 1, 1}, DenseDims{1, 1, 17}, DenseDims{1, 17, 1}, DenseDims{5, 1024, 1},
      DenseDims{32, 1, 1}, DenseDims{3, 130, 67}, DenseDims{2, 2048, 10}, DenseDims{33, 65, 31},
      // Next to the edges of tiles, and a long sum for few outputs.
      DenseDims{129, 33, 127}, DenseDims{64, 128, 32}, DenseDims{16, 3000, 4}};
  if (index / 2 < static_cast<int>(kAwkward.size()))
    return kAwkward[static_cast<std::size_t>(index / 2)];
  return {random.integer(1, 40), random.integer(1, 200), random.integer(1, 80)};
}

std::int64_t product(int a, int b) { return std::int64_t{a} * b; }

std::string str(const DenseDims& d) { return fmt::format("N {} C {} K {}", d.N, d.C, d.K); }

TEST_CASE("dense_forward agrees with the reference") {
  conformance("dense_forward", kCases, [](Case& c) {
    const DenseDims d = dense_dims(c.index, c.random);
    const auto x = c.values(product(d.N, d.C)), w = c.values(product(d.C, d.K));
    const auto bias = c.values_if(c.random.coin(), d.K);
    const auto residual = c.values_if(c.random.coin(), product(d.N, d.K));
    const Activation activation = any_activation(c.random);
    const Tolerance sum = c.sum_of_products(d.C + 2);
    const Tolerance tolerance = is_piecewise_linear(activation) ? c.linear(sum) : sum;
    c.check(str(d), [&](auto& call) {
      call.ops().dense_forward(call.stream(), d, call.in(x), call.in(w),
                               call.epilogue(bias, residual, activation),
                               call.out("y", product(d.N, d.K), tolerance));
    });
  });
}

TEST_CASE("dense_input_gradient agrees with the reference") {
  conformance("dense_input_gradient", kCases, [](Case& c) {
    const DenseDims d = dense_dims(c.index, c.random);
    const auto w = c.values(product(d.C, d.K)), dy = c.values(product(d.N, d.K));
    const Tolerance tolerance = c.linear(c.sum_of_products(d.K));
    c.check(str(d), [&](auto& call) {
      call.ops().dense_input_gradient(call.stream(), d, call.in(w), call.in(dy),
                                      call.out("dx", product(d.N, d.C), tolerance));
    });
  });
}

TEST_CASE("dense_weight_gradient agrees with the reference") {
  conformance("dense_weight_gradient", kCases, [](Case& c) {
    const DenseDims d = dense_dims(c.index, c.random);
    const auto x = c.values(product(d.N, d.C)), dy = c.values(product(d.N, d.K));
    const bool with_bias = c.random.coin();
    const Tolerance tolerance = c.linear(c.sum_of_products(d.N));
    c.check(str(d), [&](auto& call) {
      auto* db = with_bias ? call.out("db", d.K, tolerance) : nullptr;
      call.ops().dense_weight_gradient(call.stream(), d, call.in(x), call.in(dy),
                                       call.out("dw", product(d.C, d.K), tolerance), db);
    });
  });
}

}  // namespace
}  // namespace nanopneumo::test

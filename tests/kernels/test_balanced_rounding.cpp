// Weights rounded to bfloat16 one by one, and their sums.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <random>

#include "kernels/cpu/bfloat16.h"
#include "kernels/cpu/plan/balanced_rounding.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using cpu::balanced_bfloat16;

double nearest(float x) {
  return static_cast<double>(cpu::to_float(cpu::from_float<cpu::BFloat16>(x)));
}

/// From a bfloat16 value to the next one, for the size of x.
double last_bit(float x) { return std::ldexp(1.0, std::ilogb(x) - 7); }

}  // namespace

TEST_CASE("weights become bfloat16 beside them and filters keep their sums") {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.01f, 0.1f);
  CpuStream stream(2);
  for (const int taps : {1, 9, 27, 64, 576})
    for (const int filters : {1, 7, 33}) {
      std::vector<float> w(static_cast<std::size_t>(taps * filters));
      for (float& x : w) x = normal(random);
      const std::vector<float> rounded = balanced_bfloat16(stream, w, filters);
      REQUIRE(rounded.size() == w.size());
      double errors = 0, nearest_errors = 0;
      for (int k = 0; k < filters; ++k) {
        double sum = 0, plain = 0;
        for (int i = 0; i < taps; ++i) {
          const auto at = static_cast<std::size_t>(i * filters + k);
          const float x = w[at], y = rounded[at];
          CHECK((std::bit_cast<std::uint32_t>(y) & 0xffffu) == 0);
          const double away = std::abs(static_cast<double>(y) - static_cast<double>(x));
          CHECK(away < last_bit(x));
          sum += static_cast<double>(y) - static_cast<double>(x);
          plain += nearest(x) - static_cast<double>(x);
        }
        CHECK(std::abs(sum) <= std::abs(plain));
        errors += std::abs(sum);
        nearest_errors += std::abs(plain);
      }
      if (taps >= 64) CHECK(errors < 0.1 * nearest_errors);
      count_cases();
    }
}

TEST_CASE("bfloat16 values stay as they are") {
  CpuStream stream(1);
  const std::vector<float> w{0, -0.0f, 1, -1.5f, 0.0078125f, 3.0e38f, -1e-38f};
  std::vector<float> exact;
  for (const float x : w) exact.push_back(cpu::to_float(cpu::from_float<cpu::BFloat16>(x)));
  for (const int filters : {1, 7}) CHECK(balanced_bfloat16(stream, exact, filters) == exact);
  // The largest numbers have no other value beside them that is finite.
  const std::vector<float> largest{3.4e38f, 3.4e38f};
  for (const float x : balanced_bfloat16(stream, largest, 1)) CHECK(std::isfinite(x));
  CHECK(balanced_bfloat16(stream, {}, 3).empty());
  count_cases(4);
}

}  // namespace nanopneumo::test

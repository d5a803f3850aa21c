#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/cuda/fast_divisor.h"
#include "tests/support/cases.h"

namespace nanopneumo::emulated {
namespace {

constexpr std::int64_t kLimit = std::int64_t{1} << 31;  // numerators lie below

bool divides(int n, int d) {
  const QuotientRemainder result = FastDivisor(d).divide_with_remainder(n);
  return result.quotient == n / d && result.remainder == n % d;
}

TEST_CASE("FastDivisor agrees with division for every small pair") {
  long long wrong = 0;
  for (int d = 1; d <= 1200; ++d) {
    const FastDivisor divisor(d);
    for (int n = 0; n <= 3000; ++n) wrong += divisor.divide(n) != n / d;
  }
  CHECK(wrong == 0);
  test::count_cases();
}

// A multiplier that is wrong shows first at the largest numerators, next to multiples of d.
TEST_CASE("FastDivisor agrees with division next to the multiples of large divisors") {
  std::vector<int> divisors;
  for (int bit = 0; bit < 31; ++bit)
    for (int delta = -2; delta <= 2; ++delta)
      if (const std::int64_t d = (std::int64_t{1} << bit) + delta; d >= 1 && d < kLimit)
        divisors.push_back(static_cast<int>(d));
  for (std::int64_t d = 1; d < kLimit; d = d * 3 / 2 + 7) divisors.push_back(static_cast<int>(d));
  divisors.push_back(static_cast<int>(kLimit - 1));
  long long wrong = 0;
  for (const int d : divisors) {
    const std::int64_t multiples = (kLimit - 1) / d,
                       step = std::max<std::int64_t>(1, multiples / 999);
    for (std::int64_t k = multiples; k >= 0; k -= step)
      for (std::int64_t n = k * d - 1; n <= k * d + 1; ++n) {
        if (n < 0 || n >= kLimit) continue;
        wrong += !divides(static_cast<int>(n), d);
      }
  }
  CHECK(wrong == 0);
  test::count_cases();
}

TEST_CASE("FastDivisor refuses to divide by less than one") {
  CHECK_THROWS_AS(FastDivisor(0), std::logic_error);
  CHECK_THROWS_AS(FastDivisor(-3), std::logic_error);
  test::count_cases();
}

}  // namespace
}  // namespace nanopneumo::emulated

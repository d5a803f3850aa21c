// e^x of each lane of some registers.
#pragma once

#include <bit>
#include <initializer_list>

#include "kernels/cpu/unrolled.h"
#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu {

/// Within 2 units in the last place; x below -87 counts as -87, where e^x is still a normal number, and above 88.37 the
/// result is infinite. NaN stays NaN.
///
/// x = n ln 2 + r with a whole n and |r| <= ln 2 / 2, and e^x = 2^n e^r. Each step needs the result of the one before,
/// which takes some cycles: with `count` registers at once the processor has others to go on with meanwhile (four take
/// less than twice the time of one).
template <int count>
[[gnu::always_inline]] inline void exp(Vec (&x)[count]) {
  const auto each = [](const auto& step) __attribute__((always_inline)) { unrolled<count>(step); };
  Vec rounded[count], sum[count];

  // Added to a number far below 2^22, this leaves no bits for a fraction: the sum is rounded to a whole number,
  // which is then in its lowest bits.
  constexpr float kLowest = -87, kHighest = 89;
  constexpr float kRounder = 3 << 22;
  constexpr float kLog2E = 1.44269504f;
  each([&](int i) __attribute__((always_inline)) {
    x[i] = min_or_second(broadcast(kHighest), max_or_second(broadcast(kLowest), x[i]));
  });
  each([&](int i)
           __attribute__((always_inline)) { rounded[i] = fma(kLog2E, x[i], broadcast(kRounder)); });

  // ln 2 in two parts, of which the first has so few bits that its product with n is exact.
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  each([&](int i) __attribute__((always_inline)) {
    const Vec n = rounded[i] - kRounder;
    x[i] = fma(-kLn2Low, n, fma(-kLn2High, n, x[i]));
  });

  // Taylor's series of e^r: the first term that is left out is below 2^-27.
  each([&](int i) __attribute__((always_inline)) { sum[i] = broadcast(1.0f / 5040); });
  for (const float coefficient :
       {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 1.0f / 2, 1.0f, 1.0f})
    each([&](int i) __attribute__((always_inline)) {
      sum[i] = fma(sum[i], x[i], broadcast(coefficient));
    });

  constexpr std::uint32_t kMantissaBits = 23, kExponentOfOne = 127;
  each([&](int i) __attribute__((always_inline)) {
    const UnsignedVec exponent = std::bit_cast<UnsignedVec>(rounded[i]) + kExponentOfOne;
    x[i] = sum[i] * std::bit_cast<Vec>(exponent << kMantissaBits);
  });
}

}  // namespace nanopneumo::cpu

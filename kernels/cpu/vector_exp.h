// e^x of each lane of a register.
#pragma once

#include <bit>
#include <initializer_list>

#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu {

/// Within 2 units in the last place; x below -87 counts as -87 and above 88 as 88, where e^x is still a normal
/// number. NaN stays NaN.
///
/// x = n ln 2 + r with a whole n and |r| <= ln 2 / 2, and e^x = 2^n e^r.
inline Vec exp(Vec x) {
  constexpr float kLowest = -87, kHighest = 88;
  x = min_or_second(broadcast(kHighest), max_or_second(broadcast(kLowest), x));

  // Added to a number far below 2^22, this leaves no bits for a fraction: the sum is rounded to a whole number,
  // which is then in its lowest bits.
  constexpr float kRounder = 3 << 22;
  constexpr float kLog2E = 1.44269504f;
  const Vec rounded = fma(kLog2E, x, broadcast(kRounder));
  const Vec n = rounded - kRounder;

  // ln 2 in two parts, of which the first has so few bits that its product with n is exact.
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  const Vec r = fma(-kLn2Low, n, fma(-kLn2High, n, x));

  // Taylor's series of e^r: the first term that is left out is below 2^-27.
  Vec sum = broadcast(1.0f / 5040);
  for (const float coefficient :
       {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 1.0f / 2, 1.0f, 1.0f})
    sum = fma(sum, r, broadcast(coefficient));

  constexpr int kMantissaBits = 23, kExponentOfOne = 127;
  const IntVec exponent = std::bit_cast<IntVec>(rounded) + kExponentOfOne;
  return sum * std::bit_cast<Vec>(exponent << kMantissaBits);
}

}  // namespace nanopneumo::cpu

// e^-x of each lane of some registers.
#pragma once

#include <array>
#include <bit>

#include "kernels/cpu/unrolled.h"
#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu {

/// Added to a number far below 2^22, this leaves no bits for a fraction: the sum is rounded to a whole number, which is
/// then in its lowest bits.
inline constexpr float kRounder = 3 << 22;

/// x * 2^n with a whole n from -126 to 128; 2^128 is infinite except with AVX-512.
inline Vec times_power_of_two(Vec x, Vec n) {
#if defined(__AVX512F__)
  return _mm512_maskz_scalef_ps(0xffff, x, n);
#else
  constexpr std::uint32_t kMantissaBits = 23, kExponentOfOne = 127;
  const UnsignedVec exponent = std::bit_cast<UnsignedVec>(n + kRounder) + kExponentOfOne;
  return x * std::bit_cast<Vec>(exponent << kMantissaBits);
#endif
}

/// Replaces x by e^-x within 2 units in the last place; x above 87 counts as 87, where e^-x is still a normal number, and
/// below -88.37, with AVX-512 -88.72, the result is infinite. NaN stays NaN.
///
/// -x log2(e) = n + r with a whole n and |r| <= 1/2, and e^-x = 2^n 2^r. Each step needs the result of the one before,
/// which takes some cycles: with `count` registers at once the processor has others to go on with meanwhile (four take
/// less than twice the time of one).
template <int count>
[[gnu::always_inline]] inline void exp_of_minus(Vec (&x)[count]) {
  const auto each = [](const auto& step) __attribute__((always_inline)) { unrolled<count>(step); };
  Vec n[count], sum[count];

  constexpr float kLowest = -89, kHighest = 87;
  each([&](int i) __attribute__((always_inline)) {
    x[i] = min_or_second(broadcast(kHighest), max_or_second(broadcast(kLowest), x[i]));
  });

  constexpr float kLog2E = 1.44269502f;
  each([&](int i) __attribute__((always_inline)) {
    n[i] = fma(-kLog2E, x[i], broadcast(kRounder)) - kRounder;
  });
#if defined(__FMA__) || defined(__AVX512F__)
  // log2(e) in two parts: each product is added without being rounded before.
  constexpr float kRestOfLog2E = 1.92596299e-8f;
  each([&](int i) __attribute__((always_inline)) {
    x[i] = fma(-kRestOfLog2E, x[i], fma(-kLog2E, x[i], -n[i]));
  });
  // The polynomial of degree 6 with p(0) = 1 whose largest relative distance from 2^r is least; 1.6e-8 with these rounded
  // coefficients.
  constexpr std::array kPolynomial = {0x1.41fbbcp-13f,
                                      0x1.5f3e54p-10f,
                                      0x1.3b2d4cp-7f,
                                      0x1.c6aee8p-5f,
                                      0x1.ebfbdcp-3f,
                                      0x1.62e430p-1f,
                                      1.0f};
#else
  // Where products are rounded, r ln 2, and ln 2 in two parts of which the first has so few bits that its product with n is
  // exact; and Taylor's series.
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  each([&](int i) __attribute__((always_inline)) {
    x[i] = fma(-kLn2Low, n[i], fma(-kLn2High, n[i], -x[i]));
  });
  constexpr std::array kPolynomial = {1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24,
                                      1.0f / 6,    1.0f / 2,   1.0f,       1.0f};
#endif
  each([&](int i) __attribute__((always_inline)) { sum[i] = broadcast(kPolynomial[0]); });
  unrolled<static_cast<int>(kPolynomial.size()) - 1>([&](int k) __attribute__((always_inline)) {
    each([&](int i) __attribute__((always_inline)) {
      sum[i] = fma(sum[i], x[i], broadcast(kPolynomial[static_cast<std::size_t>(k) + 1]));
    });
  });

  each([&](int i) __attribute__((always_inline)) { x[i] = times_power_of_two(sum[i], n[i]); });
}

}  // namespace nanopneumo::cpu

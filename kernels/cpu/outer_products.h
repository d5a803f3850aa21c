// The heart of our own matrix products: a tile of sums that stays in registers while numbers of one operand
// are multiplied with rows of the other.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/unrolled.h"
#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu {

/// Channels side by side in a row of sums: two registers.
inline constexpr int kPanel = 2 * kLanes;

/// Rows of sums that stay in registers, beside a row of the other operand and a broadcast number.
#if defined(__AVX512F__)
inline constexpr int kTileRows = 14;
#else
inline constexpr int kTileRows = 6;
#endif

/// Rows of the other operand that are asked for before their turn. With AVX-512 they come out of the second-level cache
/// too late otherwise: 14 x 32 sums of 728 products each at 163 GFLOP/s, and at 196 (Intel Granite Rapids, one thread).
#if defined(__AVX512F__)
inline constexpr int kRowsAhead = 32;
#else
inline constexpr int kRowsAhead = 0;
#endif

inline int panels(int K) { return (K + kPanel - 1) / kPanel; }

/// sums[r] += a[r * step + i * a_step] * b[i][0 .. registers * kLanes) for i in [0, depth), rows of b being a panel wide.
/// Step: a number, or its std::integral_constant where it is known.
template <int rows, int registers, class Step>
[[gnu::always_inline]] inline void add_outer_products(std::int64_t depth, const float* a, Step step,
                                                      std::int64_t a_step, const float* b,
                                                      Vec (&sums)[rows][registers]) {
  // Where 14 rows begin is more than there are registers for: half of the rows count from a pointer of their own.
  constexpr int kHalf = (rows + 1) / 2;
  const float* second_half = a + kHalf * step;
  asm("" : "+r"(second_half));
#pragma GCC unroll 2
  for (std::int64_t i = 0; i < depth; ++i, a += a_step, second_half += a_step, b += kPanel) {
    Vec factors[registers];
    unrolled<registers>([&](int k) __attribute__((always_inline)) {
      if constexpr (kRowsAhead > 0) __builtin_prefetch(b + kRowsAhead * kPanel + k * kLanes);
      factors[k] = load(b + k * kLanes);
    });
    unrolled<rows>([&](int r) __attribute__((always_inline)) {
      const Vec factor = broadcast(r < kHalf ? a[r * step] : second_half[(r - kHalf) * step]);
      unrolled<registers>([&](int k) __attribute__((always_inline)) {
        sums[r][k] = fma(factor, factors[k], sums[r][k]);
      });
    });
  }
}

}  // namespace nanopneumo::cpu

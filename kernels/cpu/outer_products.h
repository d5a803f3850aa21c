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

/// sums[r] += a[r * step + i * a_step] * b[i][0 .. kPanel) for i in [0, depth). Step: a number, or its
/// std::integral_constant where it is known.
template <int rows, class Step>
[[gnu::always_inline]] inline void add_outer_products(std::int64_t depth, const float* a, Step step,
                                                      std::int64_t a_step, const float* b,
                                                      Vec (&sums)[rows][2]) {
  for (std::int64_t i = 0; i < depth; ++i, a += a_step, b += kPanel) {
    if constexpr (kRowsAhead > 0) {
      __builtin_prefetch(b + kRowsAhead * kPanel);
      __builtin_prefetch(b + kRowsAhead * kPanel + kLanes);
    }
    const Vec left = load(b), right = load(b + kLanes);
    unrolled<rows>([&](int r) __attribute__((always_inline)) {
      const Vec factor = broadcast(a[r * step]);
      sums[r][0] = fma(factor, left, sums[r][0]);
      sums[r][1] = fma(factor, right, sums[r][1]);
    });
  }
}

}  // namespace nanopneumo::cpu

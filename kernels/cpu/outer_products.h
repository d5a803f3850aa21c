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

inline int panels(int K) { return (K + kPanel - 1) / kPanel; }

/// sums[r] += a[r * step + i * a_step] * b[i][0 .. kPanel) for i in [0, depth). Step: a number, or its
/// std::integral_constant where it is known.
template <int rows, class Step>
[[gnu::always_inline]] inline void add_outer_products(std::int64_t depth, const float* a, Step step,
                                                      std::int64_t a_step, const float* b,
                                                      Vec (&sums)[rows][2]) {
  for (std::int64_t i = 0; i < depth; ++i, a += a_step, b += kPanel) {
    const Vec left = load(b), right = load(b + kLanes);
    unrolled<rows>([&](int r) __attribute__((always_inline)) {
      const Vec factor = broadcast(a[r * step]);
      sums[r][0] = fma(factor, left, sums[r][0]);
      sums[r][1] = fma(factor, right, sums[r][1]);
    });
  }
}

}  // namespace nanopneumo::cpu

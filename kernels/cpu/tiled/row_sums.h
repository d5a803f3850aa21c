// Sums over the pixels of rows, from which a global average is made: taken while the rows are still in the caches.
#pragma once

#include "kernels/cpu/rows.h"
#include "kernels/cpu/unrolled.h"
#include "kernels/cpu/vector_bfloat16.h"

namespace nanopneumo::cpu::tiled {

/// sums[row][c] = sum over q of y[row][q][c], in that order, for C channels of some rows of Q pixels. E: float or BFloat16.
template <class E>
void sum_rows(RowsOf<const E> y, std::int64_t rows, int Q, int C, RowsOf<float> sums) {
  constexpr int kRegisters = 4;
  for (std::int64_t row = 0; row < rows; ++row, y.data += Q * y.stride, sums.data += sums.stride) {
    const auto sum = [&]<int registers>(std::integral_constant<int, registers>, int c, int count) {
      Vec total[registers] = {};
      const E* x = y.data + c;
      for (int q = 0; q < Q; ++q, x += y.stride)
        unrolled<registers>([&](int k) __attribute__((always_inline)) {
          total[k] += load_up_to(x + k * kLanes, count - k * kLanes);
        });
      unrolled<registers>([&](int k) __attribute__((always_inline)) {
        store_up_to(sums.data + c + k * kLanes, total[k], count - k * kLanes);
      });
    };
    int c = 0;
    for (; c + kRegisters * kLanes <= C; c += kRegisters * kLanes)
      sum(std::integral_constant<int, kRegisters>{}, c, kRegisters * kLanes);
    for (; c < C; c += kLanes) sum(std::integral_constant<int, 1>{}, c, C - c);
  }
}

}  // namespace nanopneumo::cpu::tiled

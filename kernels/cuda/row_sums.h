// Sums and means of rows.
#pragma once

#include "kernels/cuda/reduce_rows.h"

namespace nanopneumo::GPU_NAMESPACE {

/// y[chunk, c] = sum of the chunk's rows x[row, c] / divisor
struct RowSums {
  template <int kVector>
  using State = Sums<float, kVector, 1>;

  const float* x;
  int C;
  float divisor;
  float* y;

  template <int kVector>
  __device__ auto reader(int c) const {
    return [x = x + c, C = C](std::int64_t row) {
      const auto values = load_pack<kVector>(x + row * C);
      State<kVector> state;
      UNROLL
      for (int lane = 0; lane < kVector; ++lane) state.of[0][lane] = values.at[lane];
      return state;
    };
  }
  template <int kVector>
  __device__ void write(std::int64_t chunk, int c, State<kVector> sums) const {
    UNROLL
    for (int lane = 0; lane < kVector; ++lane) sums.of[0][lane] /= divisor;
    store_pack(y + chunk * C + c, sums.of[0]);
  }
};

/// sums[g, c] = sum over the rows of group g of partial[g, row, c], in a fixed order: the second level of
/// a sum whose first was the blocks of a launch.
inline void sum_partial(Stream& stream, const char* name, const RowGroups& m, const float* partial,
                        float* sums) {
  reduce_rows<1>(stream, name, narrow_tiles(m), RowSums{partial, m.C, 1, sums});
}

}  // namespace nanopneumo::GPU_NAMESPACE

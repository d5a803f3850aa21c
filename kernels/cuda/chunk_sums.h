// The second of two levels of a sum: what each block has left in the workspace is added up.
//
// A sum over millions of pixels is divided into chunks whose number follows from the shape alone, a
// block each; their sums are added in the order of the chunks. So the result is the same with any
// number of multiprocessors and in any order of the blocks, which atomic additions would not give.
#pragma once

#include "kernels/cuda/batches.h"
#include "kernels/cuda/launch.h"

namespace nanopneumo::GPU_NAMESPACE {

// A block: 32 neighbouring columns, each added up by kLanes lanes that take every kLanes-th chunk.
template <int kLanes>
__global__ void __launch_bounds__(kWarp* kLanes)
    sum_chunks_kernel(int chunks, int row_size, int columns, const float* partial, float* sums) {
  SHARED_ARRAY(float, of_lane, [kLanes][kWarp]);
  const int x = static_cast<int>(threadIdx.x), lane = static_cast<int>(threadIdx.y);
  const int blocks = static_cast<int>(ceil_div(columns, kWarp));
  const int group = static_cast<int>(blockIdx.x) / blocks;
  const int column = static_cast<int>(blockIdx.x) % blocks * kWarp + x;
  float sum = 0;
  if (column < columns)
    for (int chunk = lane; chunk < chunks; chunk += kLanes)
      sum += partial[(std::int64_t{group} * chunks + chunk) * row_size + column];
  of_lane[lane][x] = sum;
  __syncthreads();
  if (lane > 0 || column >= columns) return;
  for (int other = 1; other < kLanes; ++other) sum += of_lane[other][x];
  sums[std::int64_t{group} * columns + column] = sum;
}

/// sums[g, column] = sum_k partial[g, k, column] for `groups` x `columns` sums; partial holds groups x
/// chunks rows of row_size >= columns numbers.
inline void sum_chunks(Stream& stream, int groups, int chunks, int row_size, int columns,
                       const float* partial, float* sums) {
  constexpr int kLanes = 8;
  const std::int64_t blocks = groups * ceil_div(columns, kWarp);
  launch(stream, KERNEL(sum_chunks_kernel<kLanes>), dim3(static_cast<unsigned>(blocks)),
         dim3(kWarp, kLanes), 0, chunks, row_size, columns, partial, sums);
}

}  // namespace nanopneumo::GPU_NAMESPACE

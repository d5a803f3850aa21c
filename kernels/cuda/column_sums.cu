// sums[c] = sum_row x[row,c]
#include <algorithm>

#include "kernels/cuda/column_sums.h"
#include "kernels/cuda/launch.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

// A warp reads 32 neighbouring columns of a row; eight warps take every eighth row of a part.
constexpr int kRowsTogether = 8;

/// sums[part, c] = the sum of column c over rows part * rows_in_part and the following.
__global__ void column_sums_kernel(std::int64_t rows, int C, std::int64_t rows_in_part,
                                   const float* x, float* sums) {
  SHARED_ARRAY(float, partial, [kRowsTogether][kWarp]);
  const int c = static_cast<int>(blockIdx.x * kWarp + threadIdx.x);
  const std::int64_t part = blockIdx.y;
  const std::int64_t end = std::min(rows, (part + 1) * rows_in_part);
  float sum = 0;
  if (c < C)
    for (std::int64_t row = part * rows_in_part + threadIdx.y; row < end; row += kRowsTogether)
      sum += x[row * C + c];
  partial[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y != 0 || c >= C) return;
  for (int y = 1; y < kRowsTogether; ++y) sum += partial[y][threadIdx.x];
  sums[part * C + c] = sum;
}

void launch_column_sums(Stream& stream, const RowsDims& d, std::int64_t parts, const float* x,
                        float* sums) {
  const dim3 grid(static_cast<unsigned>(ceil_div(d.C, kWarp)), static_cast<unsigned>(parts));
  launch(stream, KERNEL(column_sums_kernel), grid, dim3(kWarp, kRowsTogether), 0, d.rows, d.C,
         ceil_div(d.rows, parts), x, sums);
}

}  // namespace

void column_sums(Stream& stream, const RowsDims& d, const float* x, float* sums) {
  // Of the shape alone, like the order of the sums: at least 256 rows in a part, some 512 blocks.
  const std::int64_t parts =
      std::clamp<std::int64_t>(512 / ceil_div(d.C, kWarp), 1, ceil_div(d.rows, 256));
  if (parts == 1) return launch_column_sums(stream, d, 1, x, sums);
  auto* partial = static_cast<float*>(
      gpu_stream(stream).workspace(static_cast<std::size_t>(parts * d.C) * sizeof(float)));
  launch_column_sums(stream, d, parts, x, partial);
  launch_column_sums(stream, {parts, d.C}, 1, partial, sums);
}

}  // namespace nanopneumo::GPU_NAMESPACE

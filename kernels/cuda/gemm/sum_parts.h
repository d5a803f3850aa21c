// The end of a product whose reduction was done in parts.
#pragma once

#include "kernels/cuda/fast_divisor.h"
#include "kernels/cuda/gemm/output.h"
#include "kernels/cuda/launch.h"

namespace nanopneumo::GPU_NAMESPACE {

/// output = the sum of `parts` matrices, each of `size` elements, always added in the same order.
template <int kVector, class Rows>
__global__ void sum_parts_kernel(int size, int parts, const float* sums, FastDivisor by_columns,
                                 Output<Rows> output) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x) * kVector;
  if (i >= size) return;
  const auto [m, n] = by_columns.divide_with_remainder(i);
  if constexpr (kVector == 4) {
    float4 sum = load4(sums + i);
    for (int part = 1; part < parts; ++part) {
      const float4 next = load4(sums + std::int64_t{part} * size + i);
      sum = make_float4(sum.x + next.x, sum.y + next.y, sum.z + next.z, sum.w + next.w);
    }
    output.store4(m, n, sum);
  } else {
    float sum = sums[i];
    for (int part = 1; part < parts; ++part) sum += sums[std::int64_t{part} * size + i];
    output.store(m, n, sum);
  }
}

/// `sums` is 16-byte aligned.
template <class Rows>
void sum_parts(Stream& stream, int rows, int parts, const float* sums, const Output<Rows>& output) {
  constexpr int kThreads = 128;
  const int size = rows * output.columns;
  const FastDivisor by_columns(output.columns);
  const auto grid = [&](int vector) {
    return dim3(static_cast<unsigned>(ceil_div(size, kThreads * vector)));
  };
  if (output.columns % 4 == 0)
    launch(stream, KERNEL(sum_parts_kernel<4, Rows>), grid(4), kThreads, 0, size, parts, sums,
           by_columns, output);
  else
    launch(stream, KERNEL(sum_parts_kernel<1, Rows>), grid(1), kThreads, 0, size, parts, sums,
           by_columns, output);
}

}  // namespace nanopneumo::GPU_NAMESPACE

// Kernels that show what each wrapper of kernels/cuda/tensor_core.h does. They are
// compiled like any .cu file: by the host's compiler for the tests, by nvcc for a GPU.
#pragma once

#include "kernels/cuda/async_copy.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/tensor_core.h"

namespace nanopneumo::GPU_NAMESPACE {

/// One warp: lane l's registers are a[l], b[l], c[l]; d[l] = those of A B + C.
template <bool kTf32>
__global__ void product_kernel(const unsigned (*a)[4], const unsigned (*b)[2], const float (*c)[4],
                               float (*d)[4]) {
  const unsigned lane = threadIdx.x;
  unsigned my_a[4], my_b[2];
  float my_d[4];
  for (int i = 0; i < 4; ++i) my_a[i] = a[lane][i];
  for (int i = 0; i < 2; ++i) my_b[i] = b[lane][i];
  for (int i = 0; i < 4; ++i) my_d[i] = c[lane][i];
  if constexpr (kTf32)
    multiply_add_tf32(my_d, my_a, my_b);
  else
    multiply_add_bf16(my_d, my_a, my_b);
  for (int i = 0; i < 4; ++i) d[lane][i] = my_d[i];
}

/// One warp: y[l] = the registers of lane l after it named row[l] of the 32 rows in x.
template <int kMatrices, bool kTransposed>
__global__ void matrix_load_kernel(const unsigned short (*x)[8], const int* row,
                                   unsigned (*y)[kMatrices]) {
  SHARED_ARRAY(unsigned short, rows, [32][8]);
  const unsigned lane = threadIdx.x;
  for (int i = 0; i < 8; ++i) rows[lane][i] = x[lane][i];
  __syncthreads();
  unsigned registers[kMatrices];
  if constexpr (kTransposed)
    load_matrices_transposed(registers, rows[row[lane]]);
  else
    load_matrices(registers, rows[row[lane]]);
  for (int i = 0; i < kMatrices; ++i) y[lane][i] = registers[i];
}

/// One warp: d (16 x 8) = a (16 x 16) b (16 x 8), all row by row, in bfloat16.
__global__ void small_product_kernel(const unsigned short* a, const unsigned short* b, float* d) {
  SHARED_ARRAY(unsigned short, tile_a, [16][16]);
  SHARED_ARRAY(unsigned short, tile_b, [16][8]);
  const unsigned lane = threadIdx.x;
  copy_async<16>(&tile_a[lane / 2][lane % 2 * 8], a + lane * 8, 16);
  if (lane < 16) copy_async<16>(tile_b[lane], b + lane * 8, 16);
  commit_copies();
  wait_for_copies<0>();
  __syncthreads();
  unsigned fragment_a[4], fragment_b[2];
  float fragment_d[4] = {};
  load_matrices(fragment_a, &tile_a[lane % 16][lane / 16 * 8]);
  load_matrices_transposed(fragment_b, tile_b[lane % 16]);
  multiply_add_bf16(fragment_d, fragment_a, fragment_b);
  for (unsigned i = 0; i < 4; ++i)
    d[(lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2] = fragment_d[i];
}

__global__ void round_to_tf32_kernel(int n, const float* x, unsigned* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) y[i] = to_tf32(x[i]);
}

}  // namespace nanopneumo::GPU_NAMESPACE

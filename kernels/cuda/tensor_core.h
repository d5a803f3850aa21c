// The tensor cores (sm_80 and later), by the warp: products of small matrices whose elements are spread
// over the registers of the 32 lanes. All lanes of a warp must call each function together.
//
//   multiply_add_bf16(d, a, b)         D (16x8, float32) += A (16x16) B (16x8), bfloat16
//   multiply_add_tf32(d, a, b)         D (16x8, float32) += A (16x8) B (8x8), tf32
//   to_tf32(x)                         float32 rounded to tf32's 10 fraction bits, ties away from zero
//   load_matrices(r, row)              n = 1, 2 or 4 matrices of 8 x 8 16-bit elements from shared
//   load_matrices_transposed(r, row)   memory: lane 8 m + i names the 16-byte row i of matrix m
//
// Where the elements are (PTX ISA manual, "Matrix fragments for mma.m16n8k16 / m16n8k8"; g = lane / 4,
// t = lane % 4; a bfloat16 register holds two neighbours, the first in the lower half):
//
//   bf16  a[0] A[g][2t..]  a[1] A[g+8][2t..]  a[2] A[g][2t+8..]  a[3] A[g+8][2t+8..]
//         b[0] B[2t..][g]  b[1] B[2t+8..][g]
//   tf32  a[0] A[g][t]     a[1] A[g+8][t]     a[2] A[g][t+4]     a[3] A[g+8][t+4]
//         b[0] B[t][g]     b[1] B[t+4][g]
//   both  d[0] D[g][2t]    d[1] D[g][2t+1]    d[2] D[g+8][2t]    d[3] D[g+8][2t+1]
//
// load_matrices leaves M[g][2t..] of matrix m in r[m]: four of them from A's row-major quarters are a[].
// load_matrices_transposed leaves M[2t][g], M[2t+1][g]: two of them from the halves of B, stored row by
// row, are b[]; without transposition the same comes from B stored column by column.
#pragma once

#include "kernels/cuda/gpu.h"

#if defined(__CUDACC__)

namespace nanopneumo::cuda {

__device__ __forceinline__ void multiply_add_bf16(float (&d)[4], const unsigned (&a)[4],
                                                  const unsigned (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ void multiply_add_tf32(float (&d)[4], const unsigned (&a)[4],
                                                  const unsigned (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ __forceinline__ unsigned to_tf32(float value) {
  unsigned result;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(result) : "f"(value));
  return result;
}

template <int kMatrices>
__device__ __forceinline__ void load_matrices(unsigned (&r)[kMatrices], const void* row) {
  const auto address = static_cast<unsigned>(__cvta_generic_to_shared(row));
  if constexpr (kMatrices == 1)
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];"
                 : "=r"(r[0])
                 : "r"(address));
  else if constexpr (kMatrices == 2)
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1])
                 : "r"(address));
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address));
}

template <int kMatrices>
__device__ __forceinline__ void load_matrices_transposed(unsigned (&r)[kMatrices],
                                                         const void* row) {
  const auto address = static_cast<unsigned>(__cvta_generic_to_shared(row));
  if constexpr (kMatrices == 1)
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16 {%0}, [%1];"
                 : "=r"(r[0])
                 : "r"(address));
  else if constexpr (kMatrices == 2)
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1])
                 : "r"(address));
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address));
}

}  // namespace nanopneumo::cuda

#else
#include "kernels/emulator/tensor_core.h"
#endif

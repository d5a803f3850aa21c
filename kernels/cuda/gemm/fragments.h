// From a tile in shared memory to the registers that the tensor cores multiply.
#pragma once

#include "kernels/cuda/bfloat16.h"
#include "kernels/cuda/gemm/views.h"
#include "kernels/cuda/tensor_core.h"

namespace nanopneumo::GPU_NAMESPACE {

/// `Layout` is a SwizzledTile, kByOuter says whether its rows are m (n) or k. What the registers hold
/// is in tensor_core.h.
template <class Element, class Layout, bool kByOuter>
struct Fragments;

/// bfloat16: four 8 x 8 matrices at a time, turned on the way where they lie the other way round.
template <class Layout, bool kByOuter>
struct Fragments<bfloat16, Layout, kByOuter> {
  static constexpr int kDepth = 16;  ///< terms of the reduction in one product

  /// A[m .. m+15][k .. k+15].
  __device__ static void load_a(unsigned (&a)[4], const bfloat16* tile, int m, int k) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const int matrix = lane / 8, row = lane % 8;
    load(a, tile, m + matrix % 2 * 8, k + matrix / 2 * 8, row);
  }
  /// B[k .. k+15][n .. n+15], two products wide.
  __device__ static void load_b(unsigned (&left)[2], unsigned (&right)[2], const bfloat16* tile,
                                int n, int k) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const int matrix = lane / 8, row = lane % 8;
    unsigned b[4];
    load(b, tile, n + matrix / 2 * 8, k + matrix % 2 * 8, row);
    left[0] = b[0];
    left[1] = b[1];
    right[0] = b[2];
    right[1] = b[3];
  }
  __device__ static void multiply_add(float (&d)[4], const unsigned (&a)[4],
                                      const unsigned (&b)[2]) {
    multiply_add_bf16(d, a, b);
  }

 private:
  /// This lane names row number `row` of the matrix whose first element is (outer, k).
  __device__ static void load(unsigned (&registers)[4], const bfloat16* tile, int outer, int k,
                              int row) {
    if constexpr (kByOuter)
      load_matrices(registers, tile + Layout::offset(outer + row, k));
    else
      load_matrices_transposed(registers, tile + Layout::offset(k + row, outer));
  }
};

/// tf32: float32 elements one by one, rounded on the way. (ldmatrix moves pairs of 16-bit elements: it
/// could load a tile of float32 that lies [outer][k], but not turn one.)
template <class Layout, bool kByOuter>
struct Fragments<float, Layout, kByOuter> {
  static constexpr int kDepth = 8;

  /// A[m .. m+15][k .. k+7].
  __device__ static void load_a(unsigned (&a)[4], const float* tile, int m, int k) {
    UNROLL
    for (int i = 0; i < 4; ++i) a[i] = element(tile, m + i % 2 * 8, k + i / 2 * 4);
  }
  /// B[k .. k+7][n .. n+15], two products wide.
  __device__ static void load_b(unsigned (&left)[2], unsigned (&right)[2], const float* tile, int n,
                                int k) {
    UNROLL
    for (int i = 0; i < 2; ++i) {
      left[i] = element(tile, n, k + i * 4);
      right[i] = element(tile, n + 8, k + i * 4);
    }
  }
  __device__ static void multiply_add(float (&d)[4], const unsigned (&a)[4],
                                      const unsigned (&b)[2]) {
    multiply_add_tf32(d, a, b);
  }

 private:
  /// This lane's element of the 8 x 4 elements from (outer, k).
  __device__ static unsigned element(const float* tile, int outer, int k) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    outer += lane / 4;
    k += lane % 4;
    return to_tf32(tile[kByOuter ? Layout::offset(outer, k) : Layout::offset(k, outer)]);
  }
};

}  // namespace nanopneumo::GPU_NAMESPACE

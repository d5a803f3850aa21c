// From a tile in shared memory to the registers that the tensor cores multiply.
#pragma once

#include <bit>
#include <type_traits>

#include "kernels/cuda/bfloat16.h"
#include "kernels/cuda/tensor_core.h"

namespace nanopneumo::GPU_NAMESPACE {

/// Element is bfloat16, or float for tf32. `Layout` is a SwizzledTile; kByOuter says whether its rows
/// are m (n) or k. What the registers hold is in tensor_core.h: matrices of eight rows of m (n) by 16
/// bytes along k.
template <class Element, class Layout, bool kByOuter>
class Fragments {
  static constexpr bool kIsTf32 = std::is_same_v<Element, float>;
  static constexpr int kPiece = 16 / static_cast<int>(sizeof(Element));

 public:
  static constexpr int kDepth = 2 * kPiece;  ///< terms of the reduction in one product

  /// A[m .. m+15][k .. k+kDepth-1].
  __device__ static void load_a(unsigned (&a)[4], const Element* tile, int m, int k) {
    load<0>(a, tile, m, k);
  }
  /// B[k .. k+kDepth-1][n .. n+15], two products wide.
  __device__ static void load_b(unsigned (&left)[2], unsigned (&right)[2], const Element* tile,
                                int n, int k) {
    unsigned b[4];
    load<1>(b, tile, n, k);
    left[0] = b[0];
    left[1] = b[1];
    right[0] = b[2];
    right[1] = b[3];
  }
  __device__ static void multiply_add(float (&d)[4], const unsigned (&a)[4],
                                      const unsigned (&b)[2]) {
    if constexpr (kIsTf32)
      multiply_add_tf32(d, a, b);
    else
      multiply_add_bf16(d, a, b);
  }

 private:
  /// Four matrices. Bit kOuterBit of a matrix' number says that it lies 8 further along m (n), the
  /// other one a piece further along k.
  template <int kOuterBit>
  __device__ static void load(unsigned (&registers)[4], const Element* tile, int outer, int k) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const auto outer_of = [=](int matrix) { return outer + (matrix >> kOuterBit & 1) * 8; };
    const auto k_of = [=](int matrix) { return k + (matrix >> (1 - kOuterBit) & 1) * kPiece; };
    const int matrix = lane / 8, row = lane % 8;  // that this lane names
    if constexpr (kByOuter) {
      load_matrices(registers, tile + Layout::offset(outer_of(matrix) + row, k_of(matrix)));
    } else if constexpr (!kIsTf32) {
      load_matrices_transposed(registers,
                               tile + Layout::offset(k_of(matrix) + row, outer_of(matrix)));
    } else {  // pairs of 16 bits cannot turn a matrix of 32 bits: one element at a time
      UNROLL
      for (int i = 0; i < 4; ++i)
        registers[i] = std::bit_cast<unsigned>(
            tile[Layout::offset(k_of(i) + lane % 4, outer_of(i) + lane / 4)]);
    }
    if constexpr (kIsTf32) {
      UNROLL
      for (unsigned& value : registers) value = to_tf32(std::bit_cast<float>(value));
    }
  }
};

}  // namespace nanopneumo::GPU_NAMESPACE

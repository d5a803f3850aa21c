// What a matrix product reads: views of memory as matrices.
//
// All products here are C[m,n] = sum_k A[m,k] B[k,n]. Dense layers, convolutions and their gradients
// differ only in where element (m,k) lies, so one kernel serves them all:
//
//   product                      A                           B                      reduction k
//   dense, 1x1 convolution       x (N, C)                    w (C, K)               c
//   its input gradient           dy (N, K)                   w transposed           k
//   its weight gradient          x transposed                dy (N, K)              n
//   convolution                  patches of x                w ((r,s,c), k)         (r,s,c)
//   its input gradient           patches of dy, one phase    w ((r',s',k), c)       (r',s',k)
//   its weight gradient          patches of x, transposed    dy ((n,p,q), k)        (n,p,q)
//
// A view is a matrix whose columns lie side by side in memory, in runs that are a multiple of kVector
// elements long. It offers
//   Element                    float, or bfloat16 for the tensor cores
//   kVector                    4 (bfloat16: 8): one 16-byte access reads so many columns; 1: anything is
//                              possible
//   Row row(int i)             what is to be known of row i, also where there is no such row
//   Column column(int j)       the same of column j, a multiple of kVector
//   const Element* address(Row, Column)   of kVector elements; null where they are zeros: outside of the
//                              matrix, or of the image
// A kernel computes the Row or Column that it keeps once, so that the divisions by which an index
// becomes (n,p,q) or (r,s,c) are not done for every element.
//
// An operand is a view and the direction in which the product reduces it: `Reduce::columns` for A as
// it stands, and for a transposed B; `Reduce::rows` for B as it stands, and for a transposed A. With
// that A and B are alike: `outer` is m or n, and element (outer, k) belongs to the product's k-th
// term.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "kernels/cuda/vector_access.h"

namespace nanopneumo::GPU_NAMESPACE {

/// C is M x N; K products are summed for each element.
struct GemmSize {
  int M, N, K;
};

/// The size, where an index of 32 bits can count it and some tiles beyond. Throws std::logic_error.
inline GemmSize gemm_size(std::int64_t M, std::int64_t N, std::int64_t K) {
  constexpr std::int64_t kLargest = (std::int64_t{1} << 31) - 1024;
  if (std::max({M, N, K}) > kLargest)
    throw std::logic_error("a matrix product of " + std::to_string(M) + " x " + std::to_string(N) +
                           " x " + std::to_string(K) + " is too large for 32-bit indices");
  return {static_cast<int>(M), static_cast<int>(N), static_cast<int>(K)};
}

enum class Reduce { columns, rows };

template <class View_, Reduce kReduce_>
struct Operand {
  using View = View_;
  using Element = typename View::Element;
  static constexpr Reduce kReduce = kReduce_;
  static constexpr int kVector = View::kVector;
  View view;
};

/// A row-major matrix in memory.
template <int kVector_, class Element_ = float>
struct Matrix {
  static constexpr int kVector = kVector_;
  using Element = Element_;
  using Row = std::int64_t;  ///< offset; negative: no such row
  using Column = int;        ///< negative: no such column

  const Element* data;
  int rows, columns;

  __device__ Row row(int i) const { return i < rows ? std::int64_t{i} * columns : -1; }
  __device__ Column column(int j) const { return j < columns ? j : -1; }
  __device__ const Element* address(Row row, Column column) const {
    return row >= 0 && column >= 0 ? data + (row + column) : nullptr;
  }
};

/// Calls `body` with the number of float32 that one load of an operand takes, as a type.
template <class Body>
void with_vector(bool four, const Body& body) {
  four ? body(std::integral_constant<int, 4>{}) : body(std::integral_constant<int, 1>{});
}

/// kVector neighbours of a row.
template <int kVector>
using Run = std::conditional_t<kVector == 4, float4, float>;

/// The elements at `address`, zeros where it is null.
template <int kVector>
__device__ inline Run<kVector> load_or_zero(const float* address) {
  if constexpr (kVector == 4)
    return address ? load4(address) : make_float4(0, 0, 0, 0);
  else
    return address ? *address : 0.0f;
}

/// Element (outer, k) of an operand whose kVector is 1.
template <class Operand>
__device__ float element(const Operand& operand, int outer, int k) {
  static_assert(Operand::kVector == 1);
  const bool by_columns = Operand::kReduce == Reduce::columns;
  const auto row = operand.view.row(by_columns ? outer : k);
  const auto column = operand.view.column(by_columns ? k : outer);
  return load_or_zero<1>(operand.view.address(row, column));
}

}  // namespace nanopneumo::GPU_NAMESPACE

// The way of a tile from global to shared memory past the registers, for any operand.
#pragma once

#include "kernels/cuda/async_copy.h"
#include "kernels/cuda/gemm/swizzled_tile.h"
#include "kernels/cuda/gemm/views.h"

namespace nanopneumo::GPU_NAMESPACE {

/// One thread's share of the tiles of kOuter x kDepth elements that a block of kThreads threads takes
/// one after another along the reduction. The copies cannot turn a tile: it has the rows and columns
/// that it has in global memory, [outer][k] where the product reduces along columns, else [k][outer].
template <class Operand, int kOuter, int kDepth, int kThreads>
class AsyncTileLoader {
  using View = typename Operand::View;
  using Element = typename Operand::Element;
  static constexpr int kVector = Operand::kVector;
  static constexpr int kBytes = kVector * static_cast<int>(sizeof(Element));
  static constexpr bool kByOuter = Operand::kReduce == Reduce::columns;
  static constexpr int kRows = kByOuter ? kOuter : kDepth;
  static constexpr int kColumns = kByOuter ? kDepth : kOuter;
  static constexpr int kRunsInRow = kColumns / kVector;
  static constexpr int kRowStep = kThreads / kRunsInRow;  ///< from one copy of a thread to the next
  static constexpr int kCopies = (kRows + kRowStep - 1) / kRowStep;
  static_assert(kThreads % kRunsInRow == 0);

 public:
  using Tile = SwizzledTile<Element, kRows, kColumns>;

  __device__ AsyncTileLoader(const View& view, int first_outer, int thread)
      : row_(thread / kRunsInRow), column_(thread % kRunsInRow * kVector) {
    if constexpr (kByOuter) {
      UNROLL
      for (int i = 0; i < kCopies; ++i)
        fixed_rows_[i] = view.row(first_outer + row_ + i * kRowStep);
    } else {
      fixed_column_ = view.column(first_outer + column_);
    }
  }

  /// Sets the copies of the tile whose first term is number `first_k` going.
  __device__ void issue(const View& view, int first_k, Element* tile) const {
    typename View::Column column;
    if constexpr (kByOuter)
      column = view.column(first_k + column_);
    else
      column = fixed_column_;
    UNROLL
    for (int i = 0; i < kCopies; ++i) {
      const int row = row_ + i * kRowStep;
      if (kRows % kRowStep != 0 && row >= kRows) continue;
      const Element* from;
      if constexpr (kByOuter)
        from = view.address(fixed_rows_[i], column);
      else
        from = view.address(view.row(first_k + row), column);
      copy_async<kBytes>(tile + Tile::offset(row, column_), from, from ? kBytes : 0);
    }
  }

 private:
  int row_, column_;  ///< in the tile, of the first copy
  typename View::Row fixed_rows_[kByOuter ? kCopies : 1];
  typename View::Column fixed_column_;
};

}  // namespace nanopneumo::GPU_NAMESPACE

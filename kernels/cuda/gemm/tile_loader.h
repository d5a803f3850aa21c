// The way of a tile from global memory through registers to shared memory, for any operand.
#pragma once

#include "kernels/cuda/gemm/views.h"

namespace nanopneumo::GPU_NAMESPACE {

/// One thread's share of the tiles of kOuter x kDepth elements that a block of kThreads threads takes
/// one after another along the reduction. In shared memory a tile lies as tile[k][outer], however it
/// lies in global memory.
///
/// Neighbouring threads read neighbouring runs of a row, so that accesses are coalesced: a tile that
/// is reduced along its columns has kOuter rows of kDepth elements, the other one kDepth rows of
/// kOuter. Where the tile is turned on its way, a warp writes kDepth / kVector columns of it at a
/// time; with kDepth = 8, rows in shared memory of 4 words more than a multiple of 32 keep those in
/// different banks.
template <class Operand, int kOuter, int kDepth, int kThreads>
class TileLoader {
  using View = typename Operand::View;
  static constexpr int kVector = Operand::kVector;
  static constexpr bool kTurned = Operand::kReduce == Reduce::columns;
  static constexpr int kRows = kTurned ? kOuter : kDepth;
  static constexpr int kRunsInRow = (kTurned ? kDepth : kOuter) / kVector;
  static constexpr int kRowStep = kThreads / kRunsInRow;  ///< from one load of a thread to the next
  static constexpr int kLoads = (kRows + kRowStep - 1) / kRowStep;
  static_assert(kThreads % kRunsInRow == 0);

 public:
  __device__ TileLoader(const View& view, int first_outer, int thread)
      : row_(thread / kRunsInRow), column_(thread % kRunsInRow * kVector) {
    if constexpr (kTurned) {
      UNROLL
      for (int l = 0; l < kLoads; ++l) fixed_rows_[l] = view.row(first_outer + row_ + l * kRowStep);
    } else {
      fixed_column_ = view.column(first_outer + column_);
    }
  }

  /// Reads the tile whose first term is number `first_k` into registers.
  __device__ void fetch(const View& view, int first_k) {
    if constexpr (kTurned) {
      const auto column = view.column(first_k + column_);
      UNROLL
      for (int l = 0; l < kLoads; ++l)
        if (has_load(l)) runs_[l] = load_or_zero<kVector>(view.address(fixed_rows_[l], column));
    } else {
      UNROLL
      for (int l = 0; l < kLoads; ++l)
        if (has_load(l))
          runs_[l] = load_or_zero<kVector>(
              view.address(view.row(first_k + row_ + l * kRowStep), fixed_column_));
    }
  }

  /// Writes what fetch() read to shared memory.
  template <int kStride>
  __device__ void store(float (&tile)[kDepth][kStride]) const {
    UNROLL
    for (int l = 0; l < kLoads; ++l) {
      if (!has_load(l)) continue;
      const int row = row_ + l * kRowStep;
      if constexpr (kTurned && kVector == 4) {
        tile[column_ + 0][row] = runs_[l].x;
        tile[column_ + 1][row] = runs_[l].y;
        tile[column_ + 2][row] = runs_[l].z;
        tile[column_ + 3][row] = runs_[l].w;
      } else if constexpr (kTurned) {
        tile[column_][row] = runs_[l];
      } else if constexpr (kVector == 4) {
        store4(&tile[row][column_], runs_[l]);
      } else {
        tile[row][column_] = runs_[l];
      }
    }
  }

 private:
  /// Whether this thread takes part in load l: a small tile has fewer runs than there are threads.
  __device__ bool has_load(int l) const {
    return kRows % kRowStep == 0 || row_ + l * kRowStep < kRows;
  }

  int row_, column_;  ///< in the tile, of the first load
  typename View::Row fixed_rows_[kTurned ? kLoads : 1];
  typename View::Column fixed_column_;
  Run<kVector> runs_[kLoads] = {};
};

}  // namespace nanopneumo::GPU_NAMESPACE

// A tile in shared memory that can be read along its rows and across them without bank conflicts.
#pragma once

#include "kernels/cuda/gpu.h"

namespace nanopneumo::GPU_NAMESPACE {

/// kRows x kColumns elements. Shared memory has 32 banks of 4 bytes: 128 bytes that neighbour one
/// another can be accessed at once, and so can any eight pieces of 16 bytes whose addresses differ
/// modulo 128. Tensor cores take eight rows at the same column, which in a plain row-major tile begin
/// at the same bank. So the pieces of a row change places: piece p of row r lies where p ^ key(r) would
/// in a plain tile, and the keys of eight neighbouring rows bring their pieces to eight different places.
/// A row padded by 16 bytes would do too, but takes more memory.
template <class Element, int kRows, int kColumns>
struct SwizzledTile {
  static constexpr int kPerPiece = 16 / static_cast<int>(sizeof(Element));
  static constexpr int kPieces = kColumns / kPerPiece;  ///< in a row
  static constexpr int kSize = kRows * kColumns;
  static_assert(kColumns % kPerPiece == 0 && (kPieces == 4 || kPieces % 8 == 0));

  /// Index of element (row, column).
  __device__ static int offset(int row, int column) {
    const int piece = column / kPerPiece ^ key(row);
    return row * kColumns + piece * kPerPiece + column % kPerPiece;
  }

 private:
  __device__ static int key(int row) {
    // Two rows of 64 bytes fill the banks; every second row needs a new place.
    if constexpr (kPieces == 4) return row >> 1 & 3;
    // Four neighbouring rows lie two pieces apart: tf32 reads eight columns (two pieces) of four rows.
    return (row << 1 & 6) | (row >> 2 & 1);
  }
};

}  // namespace nanopneumo::GPU_NAMESPACE

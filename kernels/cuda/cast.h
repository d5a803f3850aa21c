// Between float32 and the bfloat16 that the tensor cores read.
#pragma once

#include <cstdint>

#include "kernels/cuda/bfloat16.h"
#include "kernels/cuda/gpu.h"
#include "kernels/stream.h"

namespace nanopneumo::GPU_NAMESPACE {

/// Channels are padded to so many, with zeros: 16 bytes of bfloat16, one access.
inline constexpr int kBfloat16Run = 8;

constexpr int padded_channels(int C) {
  return (C + kBfloat16Run - 1) / kBfloat16Run * kBfloat16Run;
}

/// `groups` matrices of rows x columns float32, and the size to which each of them is padded.
struct CastDims {
  int groups, rows, columns;
  int padded_rows, padded_columns;  ///< the latter a multiple of kBfloat16Run

  std::int64_t padded_size() const { return std::int64_t{groups} * padded_rows * padded_columns; }
  std::int64_t padded_bytes() const {
    return padded_size() * static_cast<std::int64_t>(sizeof(bfloat16));
  }
};

/// A matrix whose columns are padded.
constexpr CastDims padded_columns(int rows, int columns) {
  return {1, rows, columns, rows, padded_channels(columns)};
}

/// x: (groups, rows, columns); y: (groups, padded_rows, padded_columns), 16-byte aligned, rounded to
/// nearest even, zeros where x has nothing.
void cast_to_bfloat16(Stream&, const CastDims&, const float* x, bfloat16* y);
/// The way back, which leaves the padding out.
void cast_to_float32(Stream&, const CastDims&, const bfloat16* x, float* y);

}  // namespace nanopneumo::GPU_NAMESPACE

// Tensor cores in the emulation: kernels/cuda/tensor_core.h says what each function does. All 32 lanes
// take part; which lane holds which element is that of the PTX ISA manual (sections "Matrix Fragments
// for mma.m16n8k16", "... mma.m16n8k8" and "ldmatrix").
#pragma once

#include <cstdint>
#include <source_location>

#include "kernels/emulator/block.h"

namespace nanopneumo::emulator {

namespace detail {

/// One row of an 8 x 8 matrix of 16-bit elements, and its access in one piece.
using MatrixRow [[gnu::vector_size(16), gnu::may_alias]] = std::uint32_t;

struct MatrixLoad {
  MatrixRow row;        ///< that this lane's address names
  unsigned* registers;  ///< of this lane: one for each matrix
};
/// Hands out the rows of `kMatrices` matrices.
template <int kMatrices, bool kTransposed>
void combine_matrix_load(void* const* frames, unsigned mask);

struct MatrixProduct {
  const unsigned* a;  ///< the registers of this lane
  const unsigned* b;
  float* d;
};
void combine_product_bf16(void* const* frames, unsigned mask);
void combine_product_tf32(void* const* frames, unsigned mask);

/// Fails unless `row` is a 16-byte aligned address of 16 bytes in the block's shared memory.
void check_matrix_row(const void* row);

// The loads of the rows are part of the kernel, so that the profiler sees them: always inline.
template <int kMatrices, bool kTransposed>
[[gnu::always_inline]] inline void load_matrices(unsigned (&registers)[kMatrices], const void* row,
                                                 const std::source_location& at) {
  MatrixLoad frame{{}, registers};
  if (this_block->current_thread() % kWarpSize < 8 * kMatrices) {
    check_matrix_row(row);
    frame.row = *static_cast<const MatrixRow*>(row);
  }
  this_block->warp_operation(
      {"ldmatrix", ~0u, at, &frame, combine_matrix_load<kMatrices, kTransposed>});
}

}  // namespace detail

template <int kMatrices>
[[gnu::always_inline]] inline void load_matrices(
    unsigned (&registers)[kMatrices], const void* row,
    const std::source_location& at = std::source_location::current()) {
  detail::load_matrices<kMatrices, false>(registers, row, at);
}

template <int kMatrices>
[[gnu::always_inline]] inline void load_matrices_transposed(
    unsigned (&registers)[kMatrices], const void* row,
    const std::source_location& at = std::source_location::current()) {
  detail::load_matrices<kMatrices, true>(registers, row, at);
}

inline void multiply_add_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                              const std::source_location& at = std::source_location::current()) {
  detail::MatrixProduct frame{a, b, d};
  this_block->warp_operation({"mma.m16n8k16", ~0u, at, &frame, detail::combine_product_bf16});
}

inline void multiply_add_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2],
                              const std::source_location& at = std::source_location::current()) {
  detail::MatrixProduct frame{a, b, d};
  this_block->warp_operation({"mma.m16n8k8", ~0u, at, &frame, detail::combine_product_tf32});
}

/// Rounds to the 10 fraction bits of tf32, ties away from zero. The lower 13 bits are 0.
unsigned to_tf32(float value);

}  // namespace nanopneumo::emulator

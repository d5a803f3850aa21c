// Small kernels for the tests of the emulation and its profiler, compiled in both ways.
#pragma once

#include "kernels/stream.h"

// Kernels whose counters are known by hand (counted.cu).
//   copy                  out[i] = in[i], a float for each of n threads in blocks of 128
//   copy_by_four          the same, 16 bytes for each of n / 4 threads
//   copy_strided          out[i] = in[i * stride], n threads
//   transpose_32, _33     out[j][i] = in[i][j], 32 x 32, through shared rows of 32 or 33 floats
//   shared_by_four        32 lanes copy 16 bytes each, through shared memory
//   block_sum             out[b] = sum of block b's 256 floats, by a tree in shared memory
//   block_sum_unordered   the same without the barriers between the tree's levels
//   tiled_gemm            C = A B; A [M, K], B [K, N]; tiles of 16 x 16, slices of 16 of K
#define NANOPNEUMO_COUNTED_TOYS                                                      \
  void copy(Stream& stream, int n, const float* in, float* out);                     \
  void copy_by_four(Stream& stream, int n, const float* in, float* out);             \
  void copy_strided(Stream& stream, int n, int stride, const float* in, float* out); \
  void transpose_32(Stream& stream, const float* in, float* out);                    \
  void transpose_33(Stream& stream, const float* in, float* out);                    \
  void shared_by_four(Stream& stream, const float* in, float* out);                  \
  void block_sum(Stream& stream, int blocks, const float* in, float* out);           \
  void block_sum_unordered(Stream& stream, int blocks, const float* in, float* out); \
  void tiled_gemm(Stream& stream, int M, int N, int K, const float* A, const float* B, float* C);

// Kernels of one fault each and their sound counterparts (faulty.cu, racing.cu): `data` has 64 floats.
#define NANOPNEUMO_TOY(name) void name(Stream& stream, float* data);
#define NANOPNEUMO_FAULTY_TOYS              \
  NANOPNEUMO_TOY(divergent_barrier)         \
  NANOPNEUMO_TOY(barrier_after_return)      \
  NANOPNEUMO_TOY(return_without_barrier)    \
  NANOPNEUMO_TOY(shuffle_outside_mask)      \
  NANOPNEUMO_TOY(shuffle_from_absent_lane)  \
  NANOPNEUMO_TOY(shuffle_after_return)      \
  NANOPNEUMO_TOY(different_warp_operations) \
  NANOPNEUMO_TOY(read_behind_global)        \
  NANOPNEUMO_TOY(write_before_global)       \
  NANOPNEUMO_TOY(write_behind_shared)       \
  NANOPNEUMO_TOY(read_behind_shared)        \
  NANOPNEUMO_TOY(read_unwritten_shared)     \
  NANOPNEUMO_TOY(add_to_itself)             \
  NANOPNEUMO_TOY(misaligned_four)           \
  NANOPNEUMO_TOY(throws)                    \
  NANOPNEUMO_TOY(too_much_declared)         \
  NANOPNEUMO_TOY(too_much_dynamic)          \
  NANOPNEUMO_TOY(no_threads)                \
  NANOPNEUMO_TOY(too_many_threads)
#define NANOPNEUMO_RACING_TOYS                \
  NANOPNEUMO_TOY(neighbours_after_syncwarp)   \
  NANOPNEUMO_TOY(neighbours_unordered)        \
  NANOPNEUMO_TOY(other_warp_after_syncwarp)   \
  NANOPNEUMO_TOY(half_warps)                  \
  NANOPNEUMO_TOY(own_bytes)                   \
  NANOPNEUMO_TOY(blocks_write_one_word)       \
  NANOPNEUMO_TOY(blocks_count_atomically)     \
  NANOPNEUMO_TOY(blocks_read_what_is_counted) \
  NANOPNEUMO_TOY(last_block_sums)             \
  NANOPNEUMO_TOY(last_block_without_fence)

// What the language's built-ins give (language.cu).
#define NANOPNEUMO_LANGUAGE_TOYS                                                          \
  /* out[which * 32 + lane], which = 0.. in the order of the tests. */                    \
  void shuffles(Stream& stream, float* out);                                              \
  void votes(Stream& stream, unsigned* out);                                              \
  /* out[k] = the k-th thread that ran, of 2 blocks of (4, 2, 2). */                      \
  void order_of_threads(Stream& stream, int* counter, int* out);                          \
  /* Six numbers for each thread of a grid (2, 3, 1) of blocks (4, 2, 2): its indices. */ \
  void indices(Stream& stream, int* out);

namespace nanopneumo::emulated {
NANOPNEUMO_COUNTED_TOYS
NANOPNEUMO_FAULTY_TOYS
NANOPNEUMO_RACING_TOYS
NANOPNEUMO_LANGUAGE_TOYS
}  // namespace nanopneumo::emulated
namespace nanopneumo::profiled {
NANOPNEUMO_COUNTED_TOYS
NANOPNEUMO_FAULTY_TOYS
NANOPNEUMO_RACING_TOYS
NANOPNEUMO_LANGUAGE_TOYS
}  // namespace nanopneumo::profiled

// Small kernels for the tests of the emulation and its profiler, compiled in both ways.
#pragma once

#include "kernels/stream.h"

// Each runs on `blocks` blocks of a size of its own where it is not said otherwise; in, out: float[n].
#define NANOPNEUMO_TOYS                                                                              \
  /* out[i] = in[i], a float for each of n threads in blocks of 128. */                              \
  void copy(Stream& stream, int n, const float* in, float* out);                                     \
  /* The same, 16 bytes for each of n / 4 threads. */                                                \
  void copy_by_four(Stream& stream, int n, const float* in, float* out);                             \
  /* out[i] = in[i * stride], n threads. */                                                          \
  void copy_strided(Stream& stream, int n, int stride, const float* in, float* out);                 \
  /* out[j][i] = in[i][j] of a 32x32 tile through shared memory whose rows are 32 or 33 floats. */   \
  void transpose_32(Stream& stream, const float* in, float* out);                                    \
  void transpose_33(Stream& stream, const float* in, float* out);                                    \
  /* out[b] = sum of block b's 256 floats, by a tree in shared memory. */                            \
  void block_sum(Stream& stream, int blocks, const float* in, float* out);                           \
  /* The same without the barriers between the tree's levels. */                                     \
  void block_sum_without_barrier(Stream& stream, int blocks, const float* in, float* out);           \
  /* C = A B, A [M, K], B [K, N], in tiles of 16 x 16 of C with slices of 16 of K; all divisible. */ \
  void tiled_gemm(Stream& stream, int M, int N, int K, const float* A, const float* B, float* C);

namespace nanopneumo::emulated {
NANOPNEUMO_TOYS
}
namespace nanopneumo::profiled {
NANOPNEUMO_TOYS
}

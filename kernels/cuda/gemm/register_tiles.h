// Step 3 of the ladder: tiles in registers. The float32 kernel that trains.
//
// Three ideas on top of shared memory's tiles:
//  - Each thread computes up to 8 x 8 elements of C, in registers. For one k it reads 8 elements of A
//    and 8 of B from shared memory and makes 64 products of them: a quarter of a load for each where
//    step 2 needs two. The outer product of two short vectors is the whole inner loop.
//  - Global and shared memory are read 16 bytes at a time. The lanes of a warp lie 4 x 8: eight
//    neighbours read 128 neighbouring bytes of B and one and the same address of A, which is free of
//    bank conflicts. A thread's rows and columns lie in groups of four, a warp's width apart, so that
//    its stores to C fill whole sectors too.
//  - Two buffers. While the products of one tile are summed, the next one is on its way from global
//    memory to registers; it is written to the other buffer, so that one barrier a tile is enough and
//    the latency of global memory is hidden by work.
#pragma once

#include <algorithm>

#include "kernels/cuda/gemm/output.h"
#include "kernels/cuda/gemm/tile_loader.h"
#include "kernels/cuda/launch.h"

namespace nanopneumo::GPU_NAMESPACE {

/// A block computes kBlockM x kBlockN elements of C, a thread kThreadM x kThreadN of them (multiples
/// of four).
template <int kBlockM_, int kBlockN_, int kThreadM_, int kThreadN_>
struct RegisterTile {
  static constexpr int kBlockM = kBlockM_, kBlockN = kBlockN_;
  static constexpr int kThreadM = kThreadM_, kThreadN = kThreadN_;
  static constexpr int kDepth = 8;  ///< terms of the reduction in a tile
  static constexpr int kLanesM = 4, kLanesN = 8;
  static constexpr int kWarpM = kLanesM * kThreadM, kWarpN = kLanesN * kThreadN;
  static constexpr int kWarpsN = kBlockN / kWarpN;
  static constexpr int kThreads = kWarp * (kBlockM / kWarpM) * kWarpsN;
  /// As many blocks should fit on a multiprocessor: 128 registers a thread, or 168 in small blocks.
  static constexpr int kBlocksTogether = kThreads == 256 ? 2 : 3;
  static_assert(kBlockM % kWarpM == 0 && kBlockN % kWarpN == 0);
  static_assert(kThreadM % 4 == 0 && kThreadN % 4 == 0);
};

/// A thread's part of C.
template <class Tile>
class Accumulator {
 public:
  /// First row and column of this thread, in the block's tile.
  __device__ explicit Accumulator(int thread)
      : row_(thread / kWarp / Tile::kWarpsN * Tile::kWarpM + thread % kWarp / Tile::kLanesN * 4),
        column_(thread / kWarp % Tile::kWarpsN * Tile::kWarpN + thread % Tile::kLanesN * 4) {}

  /// Adds the products of a tile of A and one of B.
  template <int kStrideA, int kStrideB>
  __device__ void add(const float (&a_tile)[Tile::kDepth][kStrideA],
                      const float (&b_tile)[Tile::kDepth][kStrideB]) {
    UNROLL
    for (int k = 0; k < Tile::kDepth; ++k) {
      float a[Tile::kThreadM], b[Tile::kThreadN];
      read<Tile::kLanesM>(a, &a_tile[k][row_]);
      read<Tile::kLanesN>(b, &b_tile[k][column_]);
      UNROLL
      for (int i = 0; i < Tile::kThreadM; ++i)
        for (int j = 0; j < Tile::kThreadN; ++j) sums_[i][j] = fmaf(a[i], b[j], sums_[i][j]);
    }
  }

  /// Writes the block's tile, whose first element is (first_m, first_n), as far as it lies in C.
  template <class Rows>
  __device__ void store(const Output<Rows>& output, const GemmSize& size, int first_m,
                        int first_n) const {
    const Output<Rows> unbiased = output.without_bias();
    UNROLL
    for (int j = 0; j < Tile::kThreadN; j += 4) {
      const int n = first_n + column_ + j * Tile::kLanesN;
      const float4 bias = output.bias4(n);
      UNROLL
      for (int i = 0; i < Tile::kThreadM; ++i) {
        const int m = first_m + row_ + i / 4 * 4 * Tile::kLanesM + i % 4;
        const float* sums = &sums_[i][j];
        if (m < size.M)
          unbiased.store4(
              m, n,
              make_float4(sums[0] + bias.x, sums[1] + bias.y, sums[2] + bias.z, sums[3] + bias.w));
      }
    }
  }

 private:
  /// Groups of four, as far apart as all lanes' groups are wide.
  template <int kLanes, int kCount>
  __device__ static void read(float (&values)[kCount], const float* tile) {
    UNROLL
    for (int i = 0; i < kCount; i += 4) {
      const float4 four = load4(tile + i * kLanes);
      values[i] = four.x;
      values[i + 1] = four.y;
      values[i + 2] = four.z;
      values[i + 3] = four.w;
    }
  }

  int row_, column_;
  float sums_[Tile::kThreadM][Tile::kThreadN] = {};
};

/// Block x computes one tile of C, block y one part of the reduction: `depth` terms from y * depth.
template <class Tile, class A, class B, class Rows>
__global__ void __launch_bounds__(Tile::kThreads, Tile::kBlocksTogether)
    register_tiles_gemm_kernel(GemmSize size, A a, B b, Output<Rows> output, int depth) {
  constexpr int kDepth = Tile::kDepth;
  SHARED_ARRAY(float, a_tiles, [2][kDepth][Tile::kBlockM + 4]);
  SHARED_ARRAY(float, b_tiles, [2][kDepth][Tile::kBlockN + 4]);
  const int thread = static_cast<int>(threadIdx.x), block = static_cast<int>(blockIdx.x);
  const int tiles_n = (size.N + Tile::kBlockN - 1) / Tile::kBlockN;
  // Neighbouring blocks share the rows of A, which are then in the cache.
  const int first_m = block / tiles_n * Tile::kBlockM, first_n = block % tiles_n * Tile::kBlockN;
  const int first_k = static_cast<int>(blockIdx.y) * depth;
  const int last_k = std::min(size.K, first_k + depth);

  TileLoader<A, Tile::kBlockM, kDepth, Tile::kThreads> a_loader(a.view, first_m, thread);
  TileLoader<B, Tile::kBlockN, kDepth, Tile::kThreads> b_loader(b.view, first_n, thread);
  Accumulator<Tile> sums(thread);
  int buffer = 0;
  if (first_k < last_k) {
    a_loader.fetch(a.view, first_k);
    b_loader.fetch(b.view, first_k);
    a_loader.store(a_tiles[buffer]);
    b_loader.store(b_tiles[buffer]);
    __syncthreads();
  }
  for (int k = first_k; k < last_k; k += kDepth) {
    const bool is_last = k + kDepth >= last_k;
    if (!is_last) {
      a_loader.fetch(a.view, k + kDepth);
      b_loader.fetch(b.view, k + kDepth);
    }
    sums.add(a_tiles[buffer], b_tiles[buffer]);
    if (is_last) break;
    // Whoever still reads this buffer's other half passed the last barrier before: it is free.
    buffer ^= 1;
    a_loader.store(a_tiles[buffer]);
    b_loader.store(b_tiles[buffer]);
    __syncthreads();
  }
  sums.store(output.of_part(blockIdx.y), size, first_m, first_n);
}

template <class Tile, class A, class B, class Rows>
void register_tiles_gemm(Stream& stream, const GemmSize& size, const A& a, const B& b,
                         const Output<Rows>& output, int parts, int depth) {
  const std::int64_t tiles = ceil_div(size.M, Tile::kBlockM) * ceil_div(size.N, Tile::kBlockN);
  const dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(parts));
  launch(stream, KERNEL(register_tiles_gemm_kernel<Tile, A, B, Rows>), grid, Tile::kThreads, 0,
         size, a, b, output, depth);
}

}  // namespace nanopneumo::GPU_NAMESPACE

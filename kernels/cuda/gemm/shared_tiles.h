// Step 2 of the ladder: tiles in shared memory.
//
// A block of 256 threads computes a tile of 16 x 16 elements of C. For 16 terms of the reduction at a
// time, the threads together bring the 16 x 16 elements of A and of B that they need to shared memory,
// wait for one another, and then each sums its products from there. An element of A or B now comes
// from global memory once for 16 uses: M N K (1/16 + 1/16) elements instead of 2 M N K. What limits the
// kernel then is shared memory: still two loads for each product.
#pragma once

#include "kernels/cuda/gemm/output.h"
#include "kernels/cuda/gemm/tile_loader.h"
#include "kernels/cuda/launch.h"

namespace nanopneumo::GPU_NAMESPACE {

inline constexpr int kSharedTile = 16;

/// From one k to the next in shared memory: a warp writes two rows of 16 neighbours, or, where the tile
/// is turned on its way, 16 columns of two; neither meets a bank twice.
template <class Operand>
constexpr int kSharedTileStride =
    Operand::kReduce == Reduce::columns ? kSharedTile + 2 : kSharedTile;

template <class A, class B, class Rows>
__global__ void __launch_bounds__(kSharedTile* kSharedTile)
    shared_tiles_gemm_kernel(GemmSize size, A a, B b, Output<Rows> output) {
  constexpr int kTile = kSharedTile;
  SHARED_ARRAY(float, a_tile, [kTile][kSharedTileStride<A>]);
  SHARED_ARRAY(float, b_tile, [kTile][kSharedTileStride<B>]);
  const int thread = static_cast<int>(threadIdx.x);
  const int row = thread / kTile, column = thread % kTile;
  const int first_m = static_cast<int>(blockIdx.x) * kTile;
  const int first_n = static_cast<int>(blockIdx.y) * kTile;
  TileLoader<A, kTile, kTile, kTile * kTile> a_loader(a.view, first_m, thread);
  TileLoader<B, kTile, kTile, kTile * kTile> b_loader(b.view, first_n, thread);

  float sum = 0;
  for (int k = 0; k < size.K; k += kTile) {
    a_loader.fetch(a.view, k);
    b_loader.fetch(b.view, k);
    a_loader.store(a_tile);
    b_loader.store(b_tile);
    __syncthreads();  // the tiles are complete
    UNROLL
    for (int i = 0; i < kTile; ++i) sum = fmaf(a_tile[i][row], b_tile[i][column], sum);
    __syncthreads();  // nobody reads them any more
  }
  if (first_m + row < size.M) output.store(first_m + row, first_n + column, sum);
}

template <class A, class B, class Rows>
void shared_tiles_gemm(Stream& stream, const GemmSize& size, const A& a, const B& b,
                       const Output<Rows>& output) {
  const dim3 grid(static_cast<unsigned>(ceil_div(size.M, kSharedTile)),
                  static_cast<unsigned>(ceil_div(size.N, kSharedTile)));
  launch(stream, KERNEL(shared_tiles_gemm_kernel<A, B, Rows>), grid, kSharedTile * kSharedTile, 0,
         size, a, b, output);
}

}  // namespace nanopneumo::GPU_NAMESPACE

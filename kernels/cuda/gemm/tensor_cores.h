// Step 4 of the ladder: tensor cores, fed by asynchronous copies.
//
//  - The inner loop is one instruction of a whole warp: 16 x 8 x 16 (bfloat16) or 16 x 8 x 8 (tf32)
//    products, whose operands are spread over the registers of its 32 lanes. A warp keeps its part of C
//    in registers, as 16 x 8 tiles in float32.
//  - That is some ten times the arithmetic of step 3, so data must arrive sooner and in time. It goes to
//    shared memory directly (cp.async), and kStages tiles are under way at once: while one is
//    multiplied, the next ones arrive, and one barrier a tile is enough.
//  - Tiles lie in shared memory as they do in global memory, their 16-byte pieces swizzled, so that
//    copies, ldmatrix and tf32's loads are all free of bank conflicts.
#pragma once

#include <algorithm>

#include "kernels/cuda/gemm/async_tile_loader.h"
#include "kernels/cuda/gemm/fragments.h"
#include "kernels/cuda/gemm/output.h"
#include "kernels/cuda/launch.h"

namespace nanopneumo::GPU_NAMESPACE {

/// A block computes kBlockM x kBlockN elements of C, a warp kWarpM x kWarpN of them.
template <int kBlockM_, int kBlockN_, int kWarpM_, int kWarpN_>
struct WarpTiles {
  static constexpr int kBlockM = kBlockM_, kBlockN = kBlockN_;
  static constexpr int kWarpM = kWarpM_, kWarpN = kWarpN_;
  static constexpr int kWarpsN = kBlockN / kWarpN;
  static constexpr int kThreads = kWarp * (kBlockM / kWarpM) * kWarpsN;
  static constexpr int kStages = 4;
  /// So many blocks fit on a multiprocessor, with 255 registers a thread for the largest part of C, 168
  /// for a smaller one.
  static constexpr int kBlocksTogether = (kWarpM * kWarpN == 64 * 64 ? 256 : 384) / kThreads;
  static_assert(kBlockM % kWarpM == 0 && kBlockN % kWarpN == 0);
  static_assert(kWarpM % 16 == 0 && kWarpN % 16 == 0);

  /// Terms of the reduction in a tile: 64 bytes of a row.
  template <class Element>
  static constexpr int kDepth = 64 / static_cast<int>(sizeof(Element));
};

/// A warp's part of C.
template <class Tile>
class WarpAccumulator {
 public:
  /// First row and column of this warp, in the block's tile.
  __device__ explicit WarpAccumulator(int thread)
      : row_(thread / kWarp / Tile::kWarpsN * Tile::kWarpM),
        column_(thread / kWarp % Tile::kWarpsN * Tile::kWarpN) {}

  /// Adds the products of a tile of A and one of B.
  template <class FragmentsA, class FragmentsB, int kDepth, class Element>
  __device__ void add(const Element* a_tile, const Element* b_tile) {
    UNROLL
    for (int k = 0; k < kDepth; k += FragmentsA::kDepth) {
      unsigned a[kTilesM][4], b[kTilesN][2];
      UNROLL
      for (int i = 0; i < kTilesM; ++i) FragmentsA::load_a(a[i], a_tile, row_ + i * 16, k);
      UNROLL
      for (int j = 0; j < kTilesN; j += 2)
        FragmentsB::load_b(b[j], b[j + 1], b_tile, column_ + j * 8, k);
      UNROLL
      for (int i = 0; i < kTilesM; ++i) {
        UNROLL
        for (int j = 0; j < kTilesN; ++j) FragmentsA::multiply_add(sums_[i][j], a[i], b[j]);
      }
    }
  }

  /// Writes the block's tile, whose first element is (first_m, first_n), as far as it lies in C.
  template <class Rows>
  __device__ void store(const Output<Rows>& output, const GemmSize& size, int first_m,
                        int first_n) const {
    // A lane holds two neighbours of row g and two of row g + 8. It gives one pair to the lane beside
    // it and gets one: then lanes with an even number hold four of row g, the others four of row g + 8.
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const bool odd = lane % 2 == 1;
    const int row = first_m + row_ + lane / 4 + (odd ? 8 : 0);
    const int column = first_n + column_ + lane % 4 / 2 * 4;
    UNROLL
    for (int i = 0; i < kTilesM; ++i) {
      UNROLL
      for (int j = 0; j < kTilesN; ++j) {
        const float(&d)[4] = sums_[i][j];
        const float x = __shfl_xor_sync(kAllLanes, odd ? d[0] : d[2], 1);
        const float y = __shfl_xor_sync(kAllLanes, odd ? d[1] : d[3], 1);
        const float4 four = odd ? make_float4(x, y, d[2], d[3]) : make_float4(d[0], d[1], x, y);
        if (row + i * 16 < size.M) output.store4(row + i * 16, column + j * 8, four);
      }
    }
  }

 private:
  static constexpr int kTilesM = Tile::kWarpM / 16, kTilesN = Tile::kWarpN / 8;

  int row_, column_;
  float sums_[kTilesM][kTilesN][4] = {};
};

/// Dynamic shared memory of a block.
template <class Tile, class Element>
constexpr std::size_t tensor_cores_shared_bytes() {
  return sizeof(Element) * Tile::kStages * (Tile::kBlockM + Tile::kBlockN) *
         Tile::template kDepth<Element>;
}

/// Block x computes one tile of C, block y one part of the reduction: `depth` terms from y * depth,
/// a multiple of the tiles' depth.
template <class Tile, class A, class B, class Rows>
__global__ void __launch_bounds__(Tile::kThreads, Tile::kBlocksTogether)
    tensor_cores_gemm_kernel(GemmSize size, A a, B b, Output<Rows> output, int depth) {
  using Element = typename A::Element;
  constexpr int kDepth = Tile::template kDepth<Element>, kStages = Tile::kStages;
  using LoaderA = AsyncTileLoader<A, Tile::kBlockM, kDepth, Tile::kThreads>;
  using LoaderB = AsyncTileLoader<B, Tile::kBlockN, kDepth, Tile::kThreads>;
  using FragmentsA = Fragments<Element, typename LoaderA::Tile, A::kReduce == Reduce::columns>;
  using FragmentsB = Fragments<Element, typename LoaderB::Tile, B::kReduce == Reduce::columns>;
  constexpr int kStage = LoaderA::Tile::kSize + LoaderB::Tile::kSize;
  auto* const stages = dynamic_shared<Element>();

  const int thread = static_cast<int>(threadIdx.x), block = static_cast<int>(blockIdx.x);
  const int tiles_n = (size.N + Tile::kBlockN - 1) / Tile::kBlockN;
  // Neighbouring blocks share the rows of A, which are then in the cache.
  const int first_m = block / tiles_n * Tile::kBlockM, first_n = block % tiles_n * Tile::kBlockN;
  const int first_k = static_cast<int>(blockIdx.y) * depth;
  const int last_k = std::min(size.K, first_k + depth);

  const LoaderA a_loader(a.view, first_m, thread);
  const LoaderB b_loader(b.view, first_n, thread);
  // Tiles behind the last are groups of no copies, so that the groups count the tiles.
  const auto issue = [&](int k, int stage) {
    if (k < last_k) {
      a_loader.issue(a.view, k, stages + stage * kStage);
      b_loader.issue(b.view, k, stages + stage * kStage + LoaderA::Tile::kSize);
    }
    commit_copies();
  };
  UNROLL
  for (int stage = 0; stage < kStages - 1; ++stage) issue(first_k + stage * kDepth, stage);

  WarpAccumulator<Tile> sums(thread);
  int stage = 0;
  for (int k = first_k; k < last_k; k += kDepth) {
    wait_for_copies<kStages - 2>();
    __syncthreads();  // this tile has arrived, and nobody reads the one before any more
    issue(k + (kStages - 1) * kDepth, stage == 0 ? kStages - 1 : stage - 1);
    const Element* a_tile = stages + stage * kStage;
    sums.template add<FragmentsA, FragmentsB, kDepth>(a_tile, a_tile + LoaderA::Tile::kSize);
    stage = stage == kStages - 1 ? 0 : stage + 1;
  }
  sums.store(output.of_part(blockIdx.y), size, first_m, first_n);
}

template <class Tile, class A, class B, class Rows>
void tensor_cores_gemm(Stream& stream, const GemmSize& size, const A& a, const B& b,
                       const Output<Rows>& output, int parts, int depth) {
  const std::int64_t tiles = ceil_div(size.M, Tile::kBlockM) * ceil_div(size.N, Tile::kBlockN);
  const dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(parts));
  launch(stream, KERNEL(tensor_cores_gemm_kernel<Tile, A, B, Rows>), grid, Tile::kThreads,
         tensor_cores_shared_bytes<Tile, typename A::Element>(), size, a, b, output, depth);
}

}  // namespace nanopneumo::GPU_NAMESPACE

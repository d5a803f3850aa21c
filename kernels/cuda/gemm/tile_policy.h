// Which tile, and how many parts of the reduction, a matrix product is computed with.
//
// Large tiles read less (M N K (1/BM + 1/BN) elements) and need fewer instructions for each product; but
// a GPU has more than a hundred multiprocessors, and a few large tiles leave most of them without work.
// Where even the small ones are few, the reduction is cut in parts whose sums are added in a second
// kernel (split-K).
//
// The choice depends on the shape alone, so that the bits of a result do not depend on the machine. (The
// tile has no influence on them: each element is one chain of fused multiply-adds in the order of k.
// The parts have.)
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "kernels/cuda/gemm/views.h"

namespace nanopneumo::GPU_NAMESPACE {

enum class TileShape { m128n128, m128n64, m64n64, m128n32, m32n32 };

struct GemmPlan {
  TileShape tile;
  int parts;  ///< of the reduction
  int depth;  ///< terms in each part but the last
};

namespace tile_policy {

/// Blocks that keep a large GPU busy: two on each of some 130 multiprocessors.
inline constexpr std::int64_t kBlocksToFill = 256;
/// Terms in a part of a reduction, at least: its sums have to be worth writing and reading again.
inline constexpr int kLeastDepth = 256;
/// Parts begin at a multiple of this: of the depth of all kernels' tiles.
inline constexpr int kDepthStep = 32;

struct Candidate {
  TileShape tile;
  int block_m, block_n;
  double rate;  ///< products in a time, on a full GPU, relative to the largest tile
};

/// The rates follow from the loads from shared memory for each product: 1/8 + 1/8 for 8 x 8 elements a
/// thread, 1/4 + 1/8 for 4 x 8.
inline constexpr Candidate kCandidates[] = {
    {TileShape::m128n128, 128, 128, 1.0}, {TileShape::m128n64, 128, 64, 0.95},
    {TileShape::m64n64, 64, 64, 0.75},    {TileShape::m128n32, 128, 32, 0.7},
    {TileShape::m32n32, 32, 32, 0.4},
};

inline std::int64_t tiles(const Candidate& candidate, const GemmSize& size) {
  return ceil_div(size.M, candidate.block_m) * ceil_div(size.N, candidate.block_n);
}

inline std::int64_t parts(std::int64_t tiles, const GemmSize& size) {
  const std::int64_t most = std::max(1, size.K / kLeastDepth);
  return std::clamp<std::int64_t>(kBlocksToFill / tiles, 1, most);
}

/// Relative time that the product takes.
inline double cost(const Candidate& candidate, const GemmSize& size, bool may_split) {
  const std::int64_t count = tiles(candidate, size);
  const std::int64_t blocks = count * (may_split ? parts(count, size) : 1);
  const double idle = std::max(1.0, kBlocksToFill / 2.0 / static_cast<double>(blocks));
  return static_cast<double>(count) * candidate.block_m * candidate.block_n / candidate.rate * idle;
}

}  // namespace tile_policy

/// The cheapest plan with one of the given tiles.
inline GemmPlan cheapest_plan(std::span<const tile_policy::Candidate> candidates,
                              const GemmSize& size, bool may_split) {
  using namespace tile_policy;
  const Candidate& best = *std::min_element(
      candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
        return cost(a, size, may_split) < cost(b, size, may_split);
      });
  const std::int64_t wanted = may_split ? parts(tiles(best, size), size) : 1;
  const std::int64_t depth =
      ceil_div(std::max<std::int64_t>(ceil_div(size.K, wanted), 1), kDepthStep) * kDepthStep;
  return {best.tile, static_cast<int>(std::max<std::int64_t>(ceil_div(size.K, depth), 1)),
          static_cast<int>(depth)};
}

/// The plan of a product of float32. Those with scalar loads (`vector` 1) are rare and have fewer
/// kernels.
inline GemmPlan plan_gemm(const GemmSize& size, int vector, bool may_split) {
  using namespace tile_policy;
  static constexpr Candidate kScalarCandidates[] = {kCandidates[2], kCandidates[4]};
  if (vector == 4) return cheapest_plan(kCandidates, size, may_split);
  return cheapest_plan(kScalarCandidates, size, may_split);
}

}  // namespace nanopneumo::GPU_NAMESPACE

// Places pieces of memory that are needed at different times in one block.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace nanopneumo {

/// A piece of memory that is in use from step `first` to step `last`, both included.
struct Lifetime {
  std::size_t bytes;
  int first, last;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  ///< of each piece, multiples of kAlignment
  std::size_t bytes = 0;             ///< of the block

  static constexpr std::size_t kAlignment = 64;
};

/// Largest first, each into the smallest gap between those that are in use at the same time (Pisarchyk & Lee
/// 2020, "greedy by size"), or, where that gives a smaller block, first what is largest times longest. Pieces that live
/// at the same time do not overlap. The tests compare the size with the best there is.
MemoryPlan plan_memory(std::span<const Lifetime> pieces);

}  // namespace nanopneumo

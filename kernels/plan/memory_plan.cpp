#include "kernels/plan/memory_plan.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace nanopneumo {
namespace {

std::size_t aligned(std::size_t bytes) {
  return (bytes + MemoryPlan::kAlignment - 1) / MemoryPlan::kAlignment * MemoryPlan::kAlignment;
}

bool meet(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

/// Pieces in the given order, each into the smallest gap between those placed before it that are in use at the
/// same time.
MemoryPlan place_in_order(std::span<const Lifetime> pieces, std::span<const std::size_t> order) {
  MemoryPlan plan{.offsets = std::vector<std::size_t>(pieces.size()), .bytes = 0};
  std::vector<std::size_t> placed;  // in the order of their offsets
  for (const std::size_t piece : order) {
    const std::size_t bytes = aligned(pieces[piece].bytes);
    std::size_t best = 0, best_gap = std::numeric_limits<std::size_t>::max(), end = 0;
    for (const std::size_t other : placed) {
      if (!meet(pieces[piece], pieces[other])) continue;
      const std::size_t begin = plan.offsets[other];
      if (begin >= end + bytes && begin - end < best_gap) {
        best = end;
        best_gap = begin - end;
      }
      end = std::max(end, begin + aligned(pieces[other].bytes));
    }
    if (best_gap == std::numeric_limits<std::size_t>::max()) best = end;
    plan.offsets[piece] = best;
    plan.bytes = std::max(plan.bytes, best + bytes);
    placed.insert(
        std::ranges::upper_bound(placed, best, {}, [&](std::size_t p) { return plan.offsets[p]; }),
        piece);
  }
  return plan;
}

}  // namespace

MemoryPlan plan_memory(std::span<const Lifetime> pieces) {
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto plan_by = [&](const auto& weight) {
    std::ranges::stable_sort(order, std::ranges::greater(),
                             [&](std::size_t p) { return weight(pieces[p]); });
    return place_in_order(pieces, order);
  };
  const MemoryPlan by_size = plan_by([](const Lifetime& piece) { return piece.bytes; });
  const MemoryPlan by_area = plan_by([](const Lifetime& piece) {
    // In double: the last step may be the largest number there is.
    return static_cast<double>(piece.bytes) * (double{1} + piece.last - piece.first);
  });
  return by_area.bytes < by_size.bytes ? by_area : by_size;
}

}  // namespace nanopneumo

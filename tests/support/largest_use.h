// What a memory plan is measured by.
#pragma once

#include <algorithm>
#include <span>

#include "kernels/plan/memory_plan.h"

namespace nanopneumo::test {

/// No plan can be smaller: the most that is in use at one step.
inline std::size_t largest_use(std::span<const Lifetime> pieces) {
  constexpr std::size_t kUnit = MemoryPlan::kAlignment;
  std::size_t largest = 0;
  for (const Lifetime& at : pieces) {  // the use grows at the beginning of a piece only
    std::size_t use = 0;
    for (const Lifetime& piece : pieces)
      if (piece.first <= at.first && at.first <= piece.last)
        use += (piece.bytes + kUnit - 1) / kUnit * kUnit;
    largest = std::max(largest, use);
  }
  return largest;
}

}  // namespace nanopneumo::test

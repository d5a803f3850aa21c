// Where each value of a plan lies in the CPU's arena: parts of a concatenation inside the whole, results in the
// place of what they are made from.
#pragma once

#include "kernels/cpu/plan/choices.h"
#include "kernels/plan/memory_plan.h"
#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// Pixel i's channels begin at element offset + i * stride of the arena.
struct Place {
  std::size_t offset;  ///< in elements, from the beginning of the arena
  /// Elements from one pixel to the next: C, or more inside a concatenation and where neighbours in a column would fall
  /// into the same few sets of the caches.
  int stride;
};

struct Placement {
  std::vector<Place> values;
  /// For each operation: memory of the size of its result, which it may need to build the result densely; the
  /// offset in elements, or kNone.
  std::vector<std::size_t> temporaries;
  /// For each operation: whether its result lies where its first input (a convolution: its residual) did.
  std::vector<bool> in_place;
  std::size_t bytes = 0;  ///< of the arena

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
};

/// A placement for N images a value, element_bytes a number. Concatenations whose parts all lie in their whole
/// need no work but for the parts that could not be put there.
Placement place(const Plan<float>& plan, const Choices& choices, int N, std::size_t element_bytes);

}  // namespace nanopneumo::cpu

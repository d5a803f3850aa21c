// Work that is numbered with an int.
//
// A thread finds its place in a tensor by dividing its number, which is cheap for an int
// (fast_divisor.h) and slow for 64 bits. Tensors beyond 2^31 items are done in several launches.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "kernels/cuda/gpu.h"

namespace nanopneumo::GPU_NAMESPACE {

/// Calls body(first, count) for stretches of the numbers 0 .. n-1 that are as long as possible with
/// count * items_each < 2^31. Throws std::logic_error where one alone is too large.
template <class Body>
void in_batches(std::int64_t n, std::int64_t items_each, const Body& body) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (items_each > kMost) throw std::logic_error("an image has more than 2^31 - 1 items of work");
  const std::int64_t at_once = kMost / items_each;
  for (std::int64_t first = 0; first < n; first += at_once)
    body(first, static_cast<int>(std::min(at_once, n - first)));
}

/// The grid of `block` threads each for n items.
inline dim3 blocks_for(std::int64_t n, int block) {
  return dim3(static_cast<unsigned>(ceil_div(n, block)));
}

/// The number of this thread in a one-dimensional grid; grids cover less than 2^31 items and a block.
__device__ __forceinline__ unsigned thread_number() {
  return blockIdx.x * blockDim.x + threadIdx.x;
}

}  // namespace nanopneumo::GPU_NAMESPACE

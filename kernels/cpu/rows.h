// Pixels whose channels lie side by side, as our own kernels for the CPU read and write them.
#pragma once

#include <cstdint>

namespace nanopneumo::cpu {

/// Pixels of `stride` >= C floats each, of which the first C belong to the tensor: an (N, H, W, C) tensor,
/// or a slice of the channels of a wider one.
struct ConstRows {
  const float* data;
  std::int64_t stride;
};
struct Rows {
  float* data;
  std::int64_t stride;
};

}  // namespace nanopneumo::cpu

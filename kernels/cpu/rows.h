// Pixels whose channels lie side by side, as our own kernels for the CPU read and write them, and which of a
// window's lie inside the image.
#pragma once

#include <algorithm>
#include <cstdint>

namespace nanopneumo::cpu {

/// Pixels of `stride` >= C elements each, of which the first C belong to the tensor: an (N, H, W, C) tensor,
/// or a slice of the channels of a wider one. E: float or BFloat16, of what is only read const.
template <class E>
struct RowsOf {
  E* data;
  std::int64_t stride;
};
using ConstRows = RowsOf<const float>;
using Rows = RowsOf<float>;

/// The indices 0 <= i < limit for which first + i lies in [0, size).
struct Inside {
  int begin, end;
  bool operator==(const Inside&) const = default;
  Inside(int first, int limit, int size)
      : begin(std::clamp(-first, 0, limit)), end(std::clamp(size - first, begin, limit)) {}
  bool has(int i) const { return i >= begin && i < end; }
};

}  // namespace nanopneumo::cpu

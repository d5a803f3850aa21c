// cp.async in the emulation: kernels/cuda/async_copy.h says what each function does.
//
// A copy reads its source when it is issued and writes its target when it is waited for. In between the
// target holds the poison of memory that was never written, so that a missing wait is seen, and a source
// that changes is an error: the GPU may read it early or late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/emulator/block.h"

namespace nanopneumo::emulator {

namespace detail {

template <int kBytes>
struct Bytes {
  using Access [[gnu::vector_size(kBytes), gnu::may_alias]] = std::uint32_t;  ///< in one piece
};

/// Fails where a GPU would, or where the result would not be defined.
void check_async_copy(const AsyncCopy& copy);

}  // namespace detail

// The copies' loads and stores are part of the kernel, so that the profiler sees them: always inline.
template <int kBytes>
[[gnu::always_inline]] inline void copy_async(void* to, const void* from, int source_bytes) {
  using Access = typename detail::Bytes<kBytes>::Access;
  AsyncCopy copy{to, from, kBytes, source_bytes, {}};
  detail::check_async_copy(copy);
  if (source_bytes == kBytes) {
    const Access value = *static_cast<const Access*>(from);
    std::memcpy(copy.data, &value, kBytes);
  } else {
    for (int i = 0; i < source_bytes; ++i) copy.data[i] = static_cast<const std::byte*>(from)[i];
  }
  this_block->async_copies().issue(copy);
}

inline void commit_copies() { this_block->async_copies().commit(); }

template <int kGroups>
[[gnu::always_inline]] inline void wait_for_copies() {
  const auto write = [](const AsyncCopy& copy, auto value) __attribute__((always_inline)) {
    std::memcpy(&value, copy.data, sizeof(value));
    using Access = typename detail::Bytes<sizeof(value)>::Access;
    *static_cast<Access*>(copy.to) = value;
  };
  AsyncCopy copy;
  while (this_block->async_copies().take(kGroups, copy)) {
    if (copy.bytes == 16)
      write(copy, detail::Bytes<16>::Access{});
    else if (copy.bytes == 8)
      write(copy, detail::Bytes<8>::Access{});
    else
      write(copy, detail::Bytes<4>::Access{});
  }
}

}  // namespace nanopneumo::emulator

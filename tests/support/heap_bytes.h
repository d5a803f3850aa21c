// What the heap has given out.
#pragma once

#include <malloc.h>

#include <cstddef>

namespace nanopneumo::test {

/// Bytes, large pieces included; nothing under AddressSanitizer, which has a heap of its own.
inline std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace nanopneumo::test

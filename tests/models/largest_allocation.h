// What the code under test takes from the heap.
#pragma once

#include <cstddef>

namespace nanopneumo::test {

/// Whether allocations are seen: not where a sanitizer has its own malloc.
bool sees_allocations();

/// Bytes of the largest block that the heap has given to any thread, in oneDNN as well, since the last call.
std::size_t largest_allocation();

}  // namespace nanopneumo::test

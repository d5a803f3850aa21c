#include "kernels/cpu/aligned_memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <limits>
#include <new>

namespace nanopneumo::cpu {

// madvise is a wish: where it is not granted, the memory is as good as any other.
void* allocate_memory(std::size_t bytes) {
  constexpr std::size_t kCacheLine = 64, kHugePage = std::size_t{2} << 20;
  const bool is_large = bytes >= 2 * kHugePage;
  if (bytes > std::numeric_limits<std::size_t>::max() - kHugePage) throw std::bad_alloc();
  const std::size_t whole = (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
  void* memory = nullptr;
  if (posix_memalign(&memory, is_large ? kHugePage : kCacheLine, whole) != 0)
    throw std::bad_alloc();
  if (is_large) madvise(memory, whole / kHugePage * kHugePage, MADV_HUGEPAGE);
  return memory;
}

void FreeMemory::operator()(void* memory) const { std::free(memory); }

}  // namespace nanopneumo::cpu

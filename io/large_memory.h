// Memory for more pictures than should take up RAM.
#pragma once

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace nanopneumo {

/// Blocks of more than this many bytes lie in a file.
inline constexpr std::size_t kMostBytesInRam = std::size_t{512} << 20;

/// `bytes` zeros in a memory-mapped temporary file in $TMPDIR (/var/tmp where that is not set), which has
/// no name and is gone with the process: the system keeps of it in RAM what there is room for. Throws
/// InputError where that folder has no room for it, and std::bad_alloc.
void* map_temporary_file(std::size_t bytes);
void unmap_temporary_file(void* memory, std::size_t bytes);

/// A standard allocator that takes large blocks from there. What a vector is resized to is not initialised: zeros
/// written into gigabytes of a file that are then written again would go to the disk in between.
template <class T>
struct LargeMemoryAllocator {
  using value_type = T;

  LargeMemoryAllocator() = default;
  template <class U>
  LargeMemoryAllocator(const LargeMemoryAllocator<U>&) {}

  T* allocate(std::size_t n) {
    if (n > kMostBytesInRam / sizeof(T)) return static_cast<T*>(map_temporary_file(n * sizeof(T)));
    return static_cast<T*>(::operator new(n * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t n) {
    if (n > kMostBytesInRam / sizeof(T))
      unmap_temporary_file(memory, n * sizeof(T));
    else
      ::operator delete(memory);
  }
  template <class U>
  void construct(U* element) {
    ::new (static_cast<void*>(element)) U;
  }
  template <class U, class... Arguments>
  void construct(U* element, Arguments&&... arguments) {
    ::new (static_cast<void*>(element)) U(std::forward<Arguments>(arguments)...);
  }
  bool operator==(const LargeMemoryAllocator&) const { return true; }
};

template <class T>
using LargeVector = std::vector<T, LargeMemoryAllocator<T>>;

}  // namespace nanopneumo

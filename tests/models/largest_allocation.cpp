#include "tests/models/largest_allocation.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "kernels/asan.h"

namespace {

std::atomic<std::size_t> largest{0};

}  // namespace

namespace nanopneumo::test {

#if defined(NANOPNEUMO_ASAN)
bool sees_allocations() { return false; }
#else
bool sees_allocations() { return true; }
#endif

std::size_t largest_allocation() { return largest.exchange(0); }

}  // namespace nanopneumo::test

#if !defined(NANOPNEUMO_ASAN)
namespace {

void note(std::size_t bytes) {
  for (std::size_t before = largest; before < bytes;)
    if (largest.compare_exchange_weak(before, bytes)) break;
}

}  // namespace

// A program's own malloc takes the place of the C library's, for every library; glibc has its own by another name.
extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) noexcept {
  note(bytes);
  return __libc_malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
  note(count * bytes);
  return __libc_calloc(count, bytes);
}

void* realloc(void* memory, std::size_t bytes) noexcept {
  note(bytes);
  return __libc_realloc(memory, bytes);
}

void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  note(bytes);
  return __libc_memalign(alignment, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  note(bytes);
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  note(bytes);
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}

}  // extern "C"
#endif

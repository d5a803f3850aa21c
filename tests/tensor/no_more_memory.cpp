#include "tests/tensor/no_more_memory.h"

#include <cstdlib>
#include <new>

#include "kernels/asan.h"

namespace {

thread_local bool there_is_no_more = false;

}  // namespace

#if !defined(NANOPNEUMO_ASAN)
void* operator new(std::size_t bytes) {
  void* memory = there_is_no_more ? nullptr : std::malloc(bytes);
  if (!memory) throw std::bad_alloc();
  return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace nanopneumo::test {

bool NoMoreMemory::is_possible() {
#if defined(NANOPNEUMO_ASAN)
  return false;
#else
  return true;
#endif
}

NoMoreMemory::NoMoreMemory() { there_is_no_more = true; }
NoMoreMemory::~NoMoreMemory() { there_is_no_more = false; }

}  // namespace nanopneumo::test

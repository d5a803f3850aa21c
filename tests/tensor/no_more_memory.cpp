#include "tests/tensor/no_more_memory.h"

#include <cstdlib>
#include <new>

namespace {

thread_local bool there_is_no_more = false;

}  // namespace

void* operator new(std::size_t bytes) {
  void* memory = there_is_no_more ? nullptr : std::malloc(bytes);
  if (!memory) throw std::bad_alloc();
  return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace nanopneumo::test {

NoMoreMemory::NoMoreMemory() { there_is_no_more = true; }
NoMoreMemory::~NoMoreMemory() { there_is_no_more = false; }

}  // namespace nanopneumo::test

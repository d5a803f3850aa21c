#include "tensor/arena.h"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "kernels/asan.h"

// Under AddressSanitizer what no tensor has at the moment is poisoned.

namespace nanopneumo {

static_assert(MemoryPlan::kAlignment % Allocator::kAlignment == 0);

ArenaPlan plan_arena(std::vector<Lifetime> tensors) {
  // One unused line after each keeps neighbours apart for AddressSanitizer.
  for (Lifetime& tensor : tensors) tensor.bytes += Allocator::kAlignment;
  MemoryPlan places = plan_memory(tensors);
  for (Lifetime& tensor : tensors) tensor.bytes -= Allocator::kAlignment;
  return {std::move(tensors), std::move(places)};
}

Arena::Arena(const ArenaPlan& plan, Allocator& source)
    : plan_(plan), source_(source), block_(static_cast<std::byte*>(source.allocate(plan.bytes()))) {
  ASAN_POISON_MEMORY_REGION(block_, plan.bytes());
  statistics_.reserved = plan.bytes();
}

Arena::~Arena() {
  if (held_ != 0)
    std::abort();  // a tensor would be left without its memory, and give it back to nobody
  ASAN_UNPOISON_MEMORY_REGION(block_, plan_.bytes());
  source_.release(block_, plan_.bytes());
}

void* Arena::allocate(std::size_t bytes) {
  if (next_ == plan_.tensors.size() || bytes > plan_.tensors[next_].bytes)
    throw std::logic_error(
        fmt::format("tensor number {} takes {} bytes, its arena was planned for {} tensors{}",
                    next_, bytes, plan_.tensors.size(),
                    next_ == plan_.tensors.size()
                        ? ""
                        : fmt::format(" and {} bytes here", plan_.tensors[next_].bytes)));
  std::byte* const memory = block_ + plan_.places.offsets[next_];
  ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
  ++next_;
  ++held_;
  statistics_.in_use += bytes;
  statistics_.peak_in_use = std::max(statistics_.peak_in_use, statistics_.in_use);
  return memory;
}

void Arena::release(void* memory, std::size_t bytes) noexcept {
  ASAN_POISON_MEMORY_REGION(memory, bytes);
  --held_;
  statistics_.in_use -= bytes;
}

void Arena::restart() {
  if (held_ != 0)
    throw std::logic_error(
        fmt::format("{} tensors are still held whose arena is to be used again", held_));
  next_ = 0;
}

ArenaScope::ArenaScope(Device& device, Arena* arena) : device_(arena ? &device : nullptr) {
  if (!arena) return;
  arena->restart();
  before_ = device.set_allocator(arena);
}

ArenaScope::~ArenaScope() {
  if (device_) device_->set_allocator(before_);
}

}  // namespace nanopneumo

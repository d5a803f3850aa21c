#include "tensor/pool_allocator.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <new>

#include "kernels/asan.h"
#include "kernels/cpu/aligned_memory.h"

// Under AddressSanitizer the free parts of a segment are poisoned, so that an access beside a
// tensor is found although it hits memory that belongs to the process.

namespace nanopneumo {
namespace {

// One unused line after each block keeps neighbours apart for AddressSanitizer.
std::size_t padded(std::size_t bytes) {
  constexpr std::size_t a = Allocator::kAlignment;
  return (bytes + a - 1) / a * a + a;
}

void* pointer(std::uintptr_t address) { return reinterpret_cast<void*>(address); }

}  // namespace

PoolAllocator::PoolAllocator(Source source, std::size_t smallest_segment)
    : source_(std::move(source)), smallest_segment_(smallest_segment) {}

void PoolAllocator::GiveBack::operator()(void* memory) const {
  ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
  source->give_back(memory, bytes);
}

PoolAllocator::BySize::node_type PoolAllocator::new_place() {
  BySize place;
  place.emplace(0, 0);
  return place.extract(place.begin());
}

void PoolAllocator::make_free(Blocks::iterator block) noexcept {
  block->second.place.value() = {block->second.bytes, block->first};
  free_by_size_.insert(std::move(block->second.place));
}

void PoolAllocator::make_used(Blocks::iterator block) noexcept {
  block->second.place = free_by_size_.extract({block->second.bytes, block->first});
}

PoolAllocator::Segment PoolAllocator::new_segment(std::size_t needed) {
  const std::size_t usual = std::max(needed, smallest_segment_);
  if (void* memory = source_.take(usual)) return {memory, {&source_, usual}};
  give_back_unused_segments();  // they may be of no use for this size: try without them
  if (void* memory = source_.take(needed)) return {memory, {&source_, needed}};
  throw std::bad_alloc();
}

/// A free block of at least `needed` bytes: all of a new segment.
PoolAllocator::Blocks::iterator PoolAllocator::add_segment(std::size_t needed) {
  Segment segment = new_segment(needed);
  const std::size_t bytes = segment.get_deleter().bytes;
  const auto start = reinterpret_cast<Address>(segment.get());
  Blocks whole;
  whole.emplace(start, Block{bytes, start, new_place()});
  ASAN_POISON_MEMORY_REGION(segment.get(), bytes);
  segments_.emplace(start, std::move(segment));
  const auto block = blocks_.insert(whole.extract(whole.begin())).position;  // needs no memory
  make_free(block);
  statistics_.reserved += bytes;
  ++statistics_.system_calls;
  return block;
}

/// Makes the first `bytes` of a free block one that is used. Throws std::bad_alloc, and nothing has changed.
void PoolAllocator::take(Blocks::iterator block, std::size_t bytes) {
  const auto& [start, whole] = *block;
  const std::size_t rest = whole.bytes - bytes;
  if (rest == 0) return make_used(block);
  const auto tail = blocks_.emplace(start + bytes, Block{rest, whole.segment, new_place()}).first;
  make_used(block);
  block->second.bytes = bytes;
  make_free(tail);
}

/// Makes one of two neighbours that are not among the free ones.
void PoolAllocator::join(Blocks::iterator block, Blocks::iterator next) noexcept {
  block->second.bytes += next->second.bytes;
  blocks_.erase(next);
}

void PoolAllocator::give_back_unused_segments() {
  for (auto segment = segments_.begin(); segment != segments_.end();) {
    const auto block = blocks_.find(segment->first);
    const std::size_t bytes = segment->second.get_deleter().bytes;
    if (!block->second.is_free() || block->second.bytes != bytes) {
      ++segment;
      continue;
    }
    make_used(block);
    blocks_.erase(block);
    statistics_.reserved -= bytes;
    segment = segments_.erase(segment);
  }
}

void* PoolAllocator::allocate(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() - 2 * kAlignment) throw std::bad_alloc();
  const std::lock_guard lock(mutex_);
  const std::size_t needed = padded(bytes);
  const auto fit = free_by_size_.lower_bound({needed, 0});
  const auto block = fit == free_by_size_.end() ? add_segment(needed) : blocks_.find(fit->second);
  take(block, needed);
  statistics_.in_use += needed;
  statistics_.peak_in_use = std::max(statistics_.peak_in_use, statistics_.in_use);
  ASAN_UNPOISON_MEMORY_REGION(pointer(block->first), bytes);
  return pointer(block->first);
}

void PoolAllocator::release(void* memory, std::size_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  auto block = blocks_.find(reinterpret_cast<Address>(memory));
  if (block == blocks_.end() || block->second.is_free() || block->second.bytes != padded(bytes))
    std::abort();  // released twice, or never ours: the heap is corrupt
  statistics_.in_use -= block->second.bytes;
  ASAN_POISON_MEMORY_REGION(memory, block->second.bytes);
  const auto can_join = [&](const Block& neighbour) {
    return neighbour.is_free() && neighbour.segment == block->second.segment;
  };
  if (const auto next = std::next(block); next != blocks_.end() && can_join(next->second)) {
    make_used(next);
    join(block, next);
  }
  if (block != blocks_.begin() && can_join(std::prev(block)->second)) {
    const auto before = std::prev(block);
    make_used(before);
    join(before, block);
    block = before;
  }
  make_free(block);
}

void PoolAllocator::trim() {
  const std::lock_guard lock(mutex_);
  give_back_unused_segments();
}

MemoryStatistics PoolAllocator::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

// A training step goes through gigabytes: with pages of 2 MiB the system hands out 512 times fewer of them.
PoolAllocator::Source host_memory_source() {
  return {.take = [](std::size_t bytes) -> void* {
            try {
              return cpu::allocate_memory(bytes);
            } catch (const std::bad_alloc&) {
              return nullptr;
            }
          },
          .give_back = [](void* memory, std::size_t) { cpu::FreeMemory{}(memory); }};
}

}  // namespace nanopneumo

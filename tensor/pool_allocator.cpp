#include "tensor/pool_allocator.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <new>
#include <vector>

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

PoolAllocator::~PoolAllocator() {
  for (const auto& [start, bytes] : segments_) {
    ASAN_UNPOISON_MEMORY_REGION(pointer(start), bytes);
    source_.give_back(pointer(start), bytes);
  }
}

void PoolAllocator::add_free(Address start, Range range) {
  free_by_address_.emplace(start, range);
  free_by_size_.emplace(range.bytes, start);
}

void PoolAllocator::remove_free(std::map<Address, Range>::iterator range) {
  free_by_size_.erase({range->second.bytes, range->first});
  free_by_address_.erase(range);
}

void PoolAllocator::give_back_unused_segments() {
  for (auto segment = segments_.begin(); segment != segments_.end();) {
    const auto range = free_by_address_.find(segment->first);
    if (range == free_by_address_.end() || range->second.bytes != segment->second) {
      ++segment;
      continue;
    }
    remove_free(range);
    ASAN_UNPOISON_MEMORY_REGION(pointer(segment->first), segment->second);
    source_.give_back(pointer(segment->first), segment->second);
    statistics_.reserved -= segment->second;
    segment = segments_.erase(segment);
  }
}

void* PoolAllocator::allocate(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() - 2 * kAlignment) throw std::bad_alloc();
  const std::lock_guard lock(mutex_);
  const std::size_t needed = padded(bytes);
  auto fit = free_by_size_.lower_bound({needed, 0});
  if (fit == free_by_size_.end()) {
    std::size_t segment_bytes = std::max(needed, smallest_segment_);
    void* memory = source_.take(segment_bytes);
    if (!memory) {  // the cached segments may be of no use for this size: try without them
      give_back_unused_segments();
      segment_bytes = needed;
      memory = source_.take(segment_bytes);
    }
    if (!memory) throw std::bad_alloc();
    ASAN_POISON_MEMORY_REGION(memory, segment_bytes);
    const auto start = reinterpret_cast<Address>(memory);
    segments_.emplace(start, segment_bytes);
    statistics_.reserved += segment_bytes;
    ++statistics_.system_calls;
    add_free(start, {segment_bytes, start});
    fit = free_by_size_.lower_bound({needed, 0});
  }
  const Address start = fit->second;
  const auto range = free_by_address_.find(start);
  const Range whole = range->second;
  remove_free(range);
  if (whole.bytes > needed) add_free(start + needed, {whole.bytes - needed, whole.segment});
  used_.emplace(start, whole.segment);
  statistics_.in_use += needed;
  statistics_.peak_in_use = std::max(statistics_.peak_in_use, statistics_.in_use);
  ASAN_UNPOISON_MEMORY_REGION(pointer(start), bytes);
  return pointer(start);
}

void PoolAllocator::release(void* memory, std::size_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  auto start = reinterpret_cast<Address>(memory);
  const auto used = used_.find(start);
  if (used == used_.end()) std::abort();  // released twice, or never ours: the heap is corrupt
  Range range{padded(bytes), used->second};
  used_.erase(used);
  statistics_.in_use -= range.bytes;
  ASAN_POISON_MEMORY_REGION(memory, range.bytes);
  const auto next = free_by_address_.find(start + range.bytes);
  if (next != free_by_address_.end() && next->second.segment == range.segment) {
    range.bytes += next->second.bytes;
    remove_free(next);
  }
  const auto after = free_by_address_.lower_bound(start);
  if (after != free_by_address_.begin()) {
    const auto before = std::prev(after);
    if (before->second.segment == range.segment && before->first + before->second.bytes == start) {
      start = before->first;
      range.bytes += before->second.bytes;
      remove_free(before);
    }
  }
  add_free(start, range);
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

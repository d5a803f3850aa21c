// An allocator that keeps what it got from the system.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "tensor/allocator.h"

namespace nanopneumo {

/// Takes large segments from the system and cuts tensors out of them (best fit; neighbours that are
/// free grow together again). A training step needs the same sizes as the one before, so from the
/// second step on no system call is made, and no page is touched for the first time: fresh pages
/// cost more than half of a training step on a CPU. Thread-safe.
class PoolAllocator final : public Allocator {
 public:
  /// How whole segments come and go: malloc here, cudaMalloc on a GPU. `take` returns null when
  /// there is no more memory.
  struct Source {
    std::function<void*(std::size_t bytes)> take;
    std::function<void(void* memory, std::size_t bytes)> give_back;
  };

  explicit PoolAllocator(Source source, std::size_t smallest_segment = std::size_t{32} << 20);
  ~PoolAllocator() override;
  PoolAllocator(const PoolAllocator&) = delete;
  PoolAllocator& operator=(const PoolAllocator&) = delete;

  void* allocate(std::size_t bytes) override;
  void release(void* memory, std::size_t bytes) noexcept override;
  void trim() override;
  MemoryStatistics statistics() const override;

 private:
  using Address = std::uintptr_t;
  struct Range {
    std::size_t bytes;
    Address segment;  ///< start of the segment it lies in; ranges of two segments never merge
  };

  void add_free(Address start, Range range);
  void remove_free(std::map<Address, Range>::iterator range);
  void give_back_unused_segments();

  Source source_;
  std::size_t smallest_segment_;
  mutable std::mutex mutex_;
  std::map<Address, std::size_t> segments_;  ///< start -> bytes
  std::map<Address, Range> free_by_address_;
  std::set<std::pair<std::size_t, Address>> free_by_size_;
  std::map<Address, Address> used_;  ///< start -> its segment
  MemoryStatistics statistics_;
};

/// The pool that stands on the process's own heap.
PoolAllocator::Source host_memory_source();

}  // namespace nanopneumo

// An allocator that keeps what it got from the system.
#pragma once

#include <functional>
#include <map>
#include <memory>
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
  PoolAllocator(const PoolAllocator&) = delete;
  PoolAllocator& operator=(const PoolAllocator&) = delete;

  void* allocate(std::size_t bytes) override;
  void release(void* memory, std::size_t bytes) noexcept override;
  void trim() override;
  MemoryStatistics statistics() const override;

 private:
  using Address = std::uintptr_t;
  using BySize = std::set<std::pair<std::size_t, Address>>;

  /// A part of a segment, in use or free. While it is in use it keeps its place among the free blocks, so that
  /// release() needs no memory: it has to work where there is none left.
  struct Block {
    std::size_t bytes;
    Address segment;  ///< start of the segment it lies in; blocks of two segments never merge
    BySize::node_type place;  ///< empty while it stands in free_by_size_

    bool is_free() const { return place.empty(); }
  };
  using Blocks = std::map<Address, Block>;

  struct GiveBack {
    const Source* source;
    std::size_t bytes;
    void operator()(void* memory) const;
  };
  using Segment = std::unique_ptr<void, GiveBack>;

  static BySize::node_type new_place();
  void make_free(Blocks::iterator block) noexcept;
  void make_used(Blocks::iterator block) noexcept;
  Segment new_segment(std::size_t needed);
  Blocks::iterator add_segment(std::size_t needed);
  void take(Blocks::iterator block, std::size_t bytes);
  void join(Blocks::iterator block, Blocks::iterator next) noexcept;
  void give_back_unused_segments();

  Source source_;
  std::size_t smallest_segment_;
  mutable std::mutex mutex_;
  std::map<Address, Segment> segments_;
  Blocks blocks_;  ///< all, without holes in a segment
  BySize free_by_size_;
  MemoryStatistics statistics_;
};

/// The pool that stands on the process's own heap.
PoolAllocator::Source host_memory_source();

}  // namespace nanopneumo

// An allocator that gives no memory and notes how long each piece would have been held.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "kernels/plan/memory_plan.h"
#include "tensor/allocator.h"

namespace nanopneumo {

/// Hands out addresses that nothing lies at. Each allocation and each release is a step of the clock.
class LifetimeRecorder final : public Allocator {
 public:
  void* allocate(std::size_t bytes) override;
  void release(void* memory, std::size_t bytes) noexcept override;
  MemoryStatistics statistics() const override { return statistics_; }

  /// lifetimes() begins here.
  void restart();
  /// Of what has been allocated since restart(), in that order. Throws std::logic_error where a piece of it is
  /// still held: its end is not known.
  const std::vector<Lifetime>& lifetimes() const;

 private:
  std::vector<Lifetime> pieces_;
  std::unordered_map<void*, std::size_t> held_;  ///< address -> its place in pieces_
  std::uintptr_t next_address_ = std::uintptr_t{1} << 20;
  int now_ = 0;
  MemoryStatistics statistics_;
};

}  // namespace nanopneumo

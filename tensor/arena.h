// One block of memory for all tensors of a computation that is repeated.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "kernels/plan/memory_plan.h"
#include "tensor/device.h"

namespace nanopneumo {

/// Where each tensor of a computation lies in an arena.
struct ArenaPlan {
  std::vector<Lifetime> tensors;  ///< in the order in which the computation makes them
  MemoryPlan places;

  std::size_t bytes() const { return places.bytes; }
};

/// A plan from what was found out by running the computation on a device without memory (meta_device.h).
ArenaPlan plan_arena(std::vector<Lifetime> tensors);

/// Gives each tensor the place that was planned for it. The computation has to make its tensors in the order of the
/// plan; each may be smaller than planned, as those of a smaller batch are.
class Arena final : public Allocator {
 public:
  /// Takes plan.bytes() from `source`, and gives them back in the end. Both arguments outlive the arena.
  Arena(const ArenaPlan& plan, Allocator& source);
  ~Arena() override;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Throws std::logic_error for a tensor that the plan does not have in this place, or not as large.
  void* allocate(std::size_t bytes) override;
  void release(void* memory, std::size_t bytes) noexcept override;
  MemoryStatistics statistics() const override { return statistics_; }

  /// The next tensor is the first of the computation. Throws std::logic_error where one of the last time is still
  /// held: it would be overwritten.
  void restart();
  /// How many tensors there have been since restart().
  std::size_t made() const { return next_; }
  /// The whole block.
  std::span<std::byte> memory() const { return {block_, plan_.bytes()}; }

 private:
  const ArenaPlan& plan_;
  Allocator& source_;
  std::byte* block_;
  std::size_t next_ = 0;  ///< in plan_.tensors
  std::size_t held_ = 0;
  MemoryStatistics statistics_;
};

/// While it lives, the device's tensors are made in the arena; where that is null, as ever.
class ArenaScope {
 public:
  ArenaScope(Device& device, Arena* arena);
  ~ArenaScope();
  ArenaScope(const ArenaScope&) = delete;
  ArenaScope& operator=(const ArenaScope&) = delete;

 private:
  Device* device_;  ///< null where there is no arena
  Allocator* before_ = nullptr;
};

}  // namespace nanopneumo

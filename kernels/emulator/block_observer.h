// What happens while a block runs, for someone who looks on.
#pragma once

#include "kernels/emulator/fiber.h"
#include "kernels/emulator/launch_config.h"
#include "kernels/emulator/shared_memory.h"

namespace nanopneumo::emulator {

/// Told by BlockRunner, on the host thread that runs the block.
class BlockObserver {
 public:
  virtual ~BlockObserver() = default;

  virtual void block_begins(const LaunchConfig& launch, uint3 block,
                            const SharedMemory& shared) = 0;
  /// From here to thread_stops() the host thread runs the kernel's code as `thread` of the block.
  virtual void thread_runs(unsigned thread, const Fiber& fiber) = 0;
  virtual void thread_stops() = 0;
  /// The lanes of `mask` of the warp that starts at `first_thread` have met in an operation of the warp.
  virtual void warp_met(unsigned first_thread, unsigned mask) = 0;
  /// All threads of the block have met at a barrier.
  virtual void block_met() = 0;
  /// The running thread has called __threadfence().
  virtual void fence() = 0;
  virtual void block_ends() = 0;
};

}  // namespace nanopneumo::emulator

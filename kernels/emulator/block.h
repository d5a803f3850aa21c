// A block of CUDA threads on one thread of the host.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "kernels/emulator/async_copies.h"
#include "kernels/emulator/block_observer.h"
#include "kernels/emulator/fiber.h"
#include "kernels/emulator/launch_config.h"
#include "kernels/emulator/shared_memory.h"

namespace nanopneumo::emulator {

/// One operation of a warp (a shuffle, a vote, a matrix product), as one lane calls it.
struct WarpOperation {
  const char* name;         ///< for messages
  unsigned mask;            ///< the lanes that take part
  std::source_location at;  ///< lanes that wait at different places are told apart in messages
  void* frame;              ///< the lane's operands and results
  /// Run once, when all lanes of the mask have arrived: reads and writes frames[lane].
  void (*combine)(void* const* frames, unsigned mask);
};

/// Runs blocks of a grid, one after the other, each CUDA thread on a fiber of its own. A thread runs
/// until it waits at a barrier or ends; when no thread can run, those who wait for the same thing go on.
class BlockRunner {
 public:
  BlockRunner() = default;
  BlockRunner(const BlockRunner&) = delete;
  BlockRunner& operator=(const BlockRunner&) = delete;

  /// Tells `observer` (which may be null) of all blocks from now on.
  void observe(BlockObserver* observer) { observer_ = observer; }

  /// Runs block number `block` with `kernel` as the body of each thread. Throws KernelError.
  void run(const LaunchConfig& launch, uint3 block, const Schedule& schedule,
           const std::function<void()>& kernel);

  // What the running thread's language (language.h) calls:

  void wait_for_block(const std::source_location& at);
  void warp_operation(const WarpOperation& operation);
  void fence();
  SharedMemory& shared();
  unsigned current_thread() const;
  AsyncCopies& async_copies();
  /// Ends the block with an error of the running thread.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  enum class State { ready, at_block_barrier, at_warp_operation, ended };
  struct Thread {
    std::unique_ptr<Fiber> fiber;
    State state = State::ended;
    uint3 index;              ///< threadIdx
    bool inside = false;      ///< has begun the kernel and not left it
    std::source_location at;  ///< of the barrier it waits at
    WarpOperation operation;  ///< that it waits in
    AsyncCopies async_copies;
  };
  struct Cancelled {};  ///< thrown in the threads of a block that is given up

  void run_current_thread();
  void suspend_current();
  void make_order(const Schedule& schedule);
  bool run_ready_threads();
  void release_block_barrier();
  void give_up();
  [[noreturn]] void fail_stuck() const;
  std::string where(unsigned thread) const;
  uint3 thread_index(unsigned thread) const;

  const LaunchConfig* launch_ = nullptr;
  const std::function<void()>* kernel_ = nullptr;
  uint3 block_;
  dim3 indexed_for_{0, 0, 0};  ///< size of the block that the threads' indices are those of
  unsigned threads_in_block_ = 0;
  unsigned current_ = 0;
  std::uint64_t phase_ = 0;  ///< counts the orders that were made
  bool cancelled_ = false;
  std::string error_;
  std::vector<Thread> threads_;
  std::vector<unsigned> order_;
  /// Of each warp, the lanes that wait in an operation of the warp.
  std::array<std::uint32_t, kMaxThreadsPerBlock / kWarpSize> lanes_waiting_{};
  SharedMemory shared_;
  BlockObserver* observer_ = nullptr;
};

/// The runner of the block that this host thread works on, and where in the grid its running CUDA
/// thread stands: thread-local, because each host thread runs blocks of its own.
extern constinit thread_local BlockRunner* this_block;
extern constinit thread_local uint3 threadIdx, blockIdx;
extern constinit thread_local dim3 blockDim, gridDim;

}  // namespace nanopneumo::emulator

// Sees every access of the blocks that one host thread runs.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "kernels/emulator/block_observer.h"
#include "kernels/emulator/profiler/access.h"
#include "kernels/emulator/profiler/device_memory.h"
#include "kernels/emulator/profiler/findings.h"
#include "kernels/emulator/profiler/profile.h"
#include "kernels/emulator/profiler/race_shadow.h"
#include "kernels/emulator/profiler/request_counter.h"

namespace nanopneumo::profiler {

/// What the host threads of one launch share.
struct LaunchRecord {
  DeviceMemory& memory;
  Findings findings;
  std::uint32_t serial = 0;  ///< of the launch
  /// The stack of the thread that launches: kernels read their parameters there.
  std::uintptr_t stack_start = 0, stack_end = 0;
  /// Blocks that have written, fenced and then changed an atomic: a later change of it by another block
  /// comes after what they wrote. Under memory.mutex().
  std::unordered_map<std::uintptr_t, std::set<std::uint32_t>> released;
};

/// Accesses are logged thread by thread. They are looked at where threads meet: then it is known what comes
/// before what, and which accesses of a warp's lanes belong together.
class Recorder final : public emulator::BlockObserver, private Ordering {
 public:
  explicit Recorder(LaunchRecord& launch) : launch_(launch) {}

  /// An access of the running thread, from hooks.cpp.
  void record(const void* pc, std::uintptr_t address, std::size_t bytes, AccessKind kind) {
    if (address - stack_start_ < stack_bytes_) return;
    record_elsewhere(pc, address, bytes, kind);
  }

  /// The running thread is about to change an atomic: who changes it later comes after what this block
  /// wrote before its fence. From hooks.cpp.
  void release_by_atomic(std::uintptr_t address);

  /// Adds what was counted since the last call.
  void take(KernelProfile& profile);

  void block_begins(const emulator::LaunchConfig& launch, emulator::uint3 block,
                    const emulator::SharedMemory& shared) override;
  void thread_runs(unsigned thread, const emulator::Fiber& fiber) override;
  void thread_stops() override;
  void warp_met(unsigned first_thread, unsigned mask) override;
  void block_met() override;
  void fence() override;
  void block_ends() override;

 private:
  struct Thread {
    std::vector<Access> log;
    std::size_t looked_at = 0;  ///< of the log, for races and unwritten words
    /// How many operations of the warp the thread knows each lane of its warp to have finished.
    std::array<std::uint16_t, emulator::kWarpSize> known{};
    std::uint16_t clock = 0;  ///< its own
  };

  bool ordered(const Touch& earlier, const Touch& now) const override;
  void record_elsewhere(const void* pc, std::uintptr_t address, std::size_t bytes, AccessKind kind);
  bool is_of_the_emulation(std::uintptr_t address) const;
  void acquire_by_atomic(std::uintptr_t address);
  void look_at(unsigned thread);
  void look_at(unsigned thread, const Access& access);
  void count_warp(unsigned first_thread);
  void finish_phase();

  const emulator::SharedMemory::Array* shared_array(std::uintptr_t address,
                                                    std::size_t bytes) const;
  std::string array_name(const Access& access) const;
  std::string who(unsigned thread) const;
  std::string in_kernel() const;
  void report(FindingKind kind, unsigned thread, const Access& access, const std::string& where);
  void report_race(unsigned thread, const Access& access, const RaceShadow::Conflict& conflict);

  LaunchRecord& launch_;
  std::uintptr_t stack_start_ = 0, stack_bytes_ = 0;  ///< of the running fiber
  unsigned running_ = 0;
  emulator::LaunchConfig config_;
  emulator::uint3 block_;
  std::uint32_t block_number_ = 0, phase_ = 0;
  unsigned threads_in_block_ = 0;
  bool fenced_ = false;
  std::set<std::uint32_t> blocks_before_;  ///< ordered before this one by atomics
  std::vector<Thread> threads_;
  Allocation* last_found_ = nullptr;

  const emulator::SharedMemory* shared_ = nullptr;
  std::uintptr_t shared_start_ = 0, shared_bytes_ = 0;
  std::uint32_t shared_serial_ = 0;  ///< counts blocks: shared memory begins anew with each
  ByteSet shared_written_;
  RaceShadow shared_races_;

  RequestCounter requests_;
  std::uint64_t block_barriers_ = 0, warp_operations_ = 0;
  std::size_t static_shared_bytes_ = 0;
};

/// The recorder of the kernel code that this host thread runs; null while it runs anything else.
extern constinit thread_local Recorder* this_recorder;

}  // namespace nanopneumo::profiler

// What the profiler knows of global memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "kernels/emulator/profiler/byte_set.h"
#include "kernels/emulator/profiler/race_shadow.h"

namespace nanopneumo::profiler {

/// A live tensor (or workspace), exactly as large as it was asked for.
class Allocation {
 public:
  Allocation(std::uintptr_t start, std::size_t bytes)
      : start(start), bytes(bytes), written(bytes), races(bytes) {}

  const std::uintptr_t start;
  const std::size_t bytes;
  ByteSet written;  ///< since it was allocated, by kernels and by copies
  RaceShadow races;
  // In the running launch; sized with its first access.
  std::unique_ptr<ByteSet> launch_reads, launch_writes;

  bool holds(std::uintptr_t address, std::size_t size) const {
    return address - start < bytes && size <= bytes - (address - start);
  }
};

/// Memory of the profiled device: hands it out between red zones and keeps what was given back for a
/// while, so that an access to either hits nothing else. Kernels' accesses are noted under mutex().
class DeviceMemory {
 public:
  static constexpr std::size_t kAlignment = 256;

  DeviceMemory() = default;
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  /// Throws std::bad_alloc.
  void* allocate(std::size_t bytes);
  void release(void* memory) noexcept;
  /// The host has written there. Bytes that belong to no allocation are passed over.
  void mark_written(const void* memory, std::size_t bytes);
  /// What lies there is not to be read before it is written again.
  void mark_unwritten(const void* memory, std::size_t bytes);
  /// As mark_written of what was written in `from`; `from` need not be device memory.
  void mark_copied(const void* to, const void* from, std::size_t bytes);

  /// The allocation that holds the address; null where none does.
  Allocation* find(std::uintptr_t address);
  /// What lies at an address that belongs to no allocation: "byte 4096 of a global array of 4096 bytes".
  std::string describe_outside(std::uintptr_t address) const;
  bool is_near(std::uintptr_t address) const;  ///< in a red zone or in freed memory

  std::mutex& mutex() { return mutex_; }
  const std::map<std::uintptr_t, Allocation>& allocations() const { return live_; }
  std::map<std::uintptr_t, Allocation>& allocations() { return live_; }
  std::size_t bytes_in_use() const { return bytes_in_use_; }

 private:
  static constexpr std::size_t kRedZone = std::size_t{4} << 10;
  static constexpr std::size_t kMostFreed = std::size_t{16} << 20;  ///< bytes kept after release
  struct Freed {
    std::uintptr_t start;
    std::size_t bytes;
  };

  static void give_back(std::uintptr_t start);
  const Freed* find_freed(std::uintptr_t address) const;

  std::map<std::uintptr_t, Allocation> live_;
  std::deque<Freed> freed_;
  std::size_t freed_bytes_ = 0, bytes_in_use_ = 0;
  std::mutex mutex_;
};

}  // namespace nanopneumo::profiler

// Memory of the GPU, and memory of the host that the GPU copies by itself.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nanopneumo::cuda {

/// Memory on the device, 256-byte aligned, or null where it has no more. Throws CudaError.
void* take_device_memory(std::size_t bytes);
/// Waits until the device has done all its work, which may still use the memory.
void give_back_device_memory(void* memory) noexcept;

/// How often this process has asked CUDA for memory, of either kind.
std::uint64_t memory_requests();

/// Memory that grows when more is asked for, and then forgets what it held. `take` throws
/// std::bad_alloc where there is no more.
template <void* (*take)(std::size_t), void (*give_back)(void*) noexcept>
class GrowingMemory {
 public:
  GrowingMemory() = default;
  GrowingMemory(const GrowingMemory&) = delete;
  GrowingMemory& operator=(const GrowingMemory&) = delete;
  ~GrowingMemory() { give_back(memory_); }

  void* at_least(std::size_t bytes) {
    if (bytes > bytes_ || !memory_) {
      give_back(memory_);
      memory_ = nullptr;
      memory_ = take(bytes);
      bytes_ = bytes;
    }
    return memory_;
  }
  bool holds(std::size_t bytes) const { return memory_ && bytes <= bytes_; }
  void* get() const { return memory_; }

 private:
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

void* take_device_memory_or_throw(std::size_t bytes);
void* take_pinned_memory(std::size_t bytes);
void give_back_pinned_memory(void* memory) noexcept;

using DeviceMemory = GrowingMemory<take_device_memory_or_throw, give_back_device_memory>;
/// Memory of the host that does not move ("pinned"): copies between it and the device run beside what
/// the host does.
using PinnedMemory = GrowingMemory<take_pinned_memory, give_back_pinned_memory>;

}  // namespace nanopneumo::cuda

#include "tensor/profiled_device.h"

#include <algorithm>
#include <cstring>

#include "kernels/cuda/kernel_tables.h"
#include "kernels/emulator/profiler/device_memory.h"
#include "kernels/emulator/profiler/profiled_stream.h"

namespace nanopneumo {
namespace {

/// Each tensor an allocation of its own, so that the profiler knows where it ends.
class DeviceMemoryAllocator final : public Allocator {
 public:
  explicit DeviceMemoryAllocator(profiler::DeviceMemory& memory) : memory_(memory) {}

  void* allocate(std::size_t bytes) override {
    const std::lock_guard lock(memory_.mutex());
    void* memory = memory_.allocate(bytes);
    ++statistics_.system_calls;
    statistics_.in_use = statistics_.reserved = memory_.bytes_in_use();
    statistics_.peak_in_use = std::max(statistics_.peak_in_use, statistics_.in_use);
    return memory;
  }
  void release(void* memory, std::size_t) noexcept override {
    const std::lock_guard lock(memory_.mutex());
    memory_.release(memory);
    statistics_.in_use = statistics_.reserved = memory_.bytes_in_use();
  }
  MemoryStatistics statistics() const override {
    const std::lock_guard lock(memory_.mutex());
    return statistics_;
  }

 private:
  profiler::DeviceMemory& memory_;
  MemoryStatistics statistics_;
};

class ProfiledEmulation final : public ProfiledDevice {
 public:
  ProfiledEmulation(int threads, const emulator::Schedule& schedule, Precision precision)
      : kernels_(profiled::kernels(precision)), stream_(threads, schedule, memory_) {}
  std::string name() const override { return "profiled"; }
  Stream& stream() override { return stream_; }
  const Kernels<float>* float_kernels() const override { return &kernels_; }
  const Kernels<double>* double_kernels() const override { return nullptr; }
  void copy_to_device(void* device_memory, const void* host, std::size_t bytes) override {
    if (bytes) std::memcpy(device_memory, host, bytes);
    memory_.mark_written(device_memory, bytes);
  }
  void copy_to_host(void* host, const void* device_memory, std::size_t bytes) override {
    if (bytes) std::memcpy(host, device_memory, bytes);
  }
  void copy_on_device(void* to, const void* from, std::size_t bytes) override {
    if (bytes) std::memcpy(to, from, bytes);
    memory_.mark_copied(to, from, bytes);
  }
  void mark_unwritten(const void* device_memory, std::size_t bytes) override {
    memory_.mark_unwritten(device_memory, bytes);
  }
  std::vector<profiler::KernelProfile> take_profiles() override { return stream_.take_profiles(); }

 private:
  Allocator& own_allocator() override { return own_allocator_; }

  const Kernels<float>& kernels_;
  profiler::DeviceMemory memory_;
  DeviceMemoryAllocator own_allocator_{memory_};
  profiler::ProfiledStream stream_;
};

}  // namespace

std::unique_ptr<ProfiledDevice> make_profiled_device(int threads,
                                                     const emulator::Schedule& schedule,
                                                     Precision precision) {
  return std::make_unique<ProfiledEmulation>(threads, schedule, precision);
}

}  // namespace nanopneumo

// What devices that work in host memory have in common.
#pragma once

#include <cstring>

#include "tensor/device.h"
#include "tensor/pool_allocator.h"

namespace nanopneumo {

/// A device whose memory is the process's heap: cpu, the emulated GPU, the tests' reference.
class HostMemoryDevice : public Device {
 public:
  void copy_to_device(void* device_memory, const void* host, std::size_t bytes) override {
    copy_on_device(device_memory, host, bytes);
  }
  void copy_to_host(void* host, const void* device_memory, std::size_t bytes) override {
    copy_on_device(host, device_memory, bytes);
  }
  const void* host_address(const void* device_memory) const override { return device_memory; }
  void copy_on_device(void* to, const void* from, std::size_t bytes) override {
    if (bytes) std::memcpy(to, from, bytes);
  }

 private:
  Allocator& own_allocator() override { return pool_; }

  PoolAllocator pool_{host_memory_source()};
};

}  // namespace nanopneumo

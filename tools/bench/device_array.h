// An array of floats in a device's memory.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/device.h"

namespace nanopneumo::bench {

class DeviceArray {
 public:
  DeviceArray(Device& device, std::int64_t count)
      : device_(device),
        count_(count),
        memory_(device.allocator().allocate(static_cast<std::size_t>(count) * sizeof(float))) {}
  DeviceArray(Device& device, const std::vector<float>& values)
      : DeviceArray(device, static_cast<std::int64_t>(values.size())) {
    device_.copy_to_device(memory_, values.data(), values.size() * sizeof(float));
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() {
    device_.allocator().release(memory_, static_cast<std::size_t>(count_) * sizeof(float));
  }

  float* data() const { return static_cast<float*>(memory_); }
  /// Waits for the device.
  std::vector<float> values() const {
    std::vector<float> host(static_cast<std::size_t>(count_));
    device_.stream().synchronize();
    device_.copy_to_host(host.data(), memory_, host.size() * sizeof(float));
    return host;
  }

 private:
  Device& device_;
  std::int64_t count_;
  void* memory_;
};

}  // namespace nanopneumo::bench

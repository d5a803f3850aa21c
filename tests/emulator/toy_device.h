// Arrays on the emulated devices, for toy kernels.
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "tensor/profiled_device.h"

namespace nanopneumo::test {

/// Device memory with the values of a vector, or with nothing written.
class ToyArray {
 public:
  ToyArray(Device& device, std::size_t n) : device_(device), n_(n) {
    data_ = static_cast<float*>(device.allocator().allocate(n * sizeof(float)));
  }
  ToyArray(Device& device, const std::vector<float>& values) : ToyArray(device, values.size()) {
    device.copy_to_device(data_, values.data(), n_ * sizeof(float));
  }
  ToyArray(const ToyArray&) = delete;
  ToyArray& operator=(const ToyArray&) = delete;
  ~ToyArray() { device_.allocator().release(data_, n_ * sizeof(float)); }

  float* data() { return data_; }
  std::vector<float> values() const {
    std::vector<float> values(n_);
    device_.copy_to_host(values.data(), data_, n_ * sizeof(float));
    return values;
  }

 private:
  Device& device_;
  std::size_t n_;
  float* data_;
};

/// 0, 1, 2, ...
inline std::vector<float> counting(std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(i);
  return values;
}

/// The profile of the one launch since the last call.
inline profiler::KernelProfile the_profile(ProfiledDevice& device) {
  auto profiles = device.take_profiles();
  return profiles.size() == 1 ? std::move(profiles[0]) : profiler::KernelProfile{};
}

}  // namespace nanopneumo::test

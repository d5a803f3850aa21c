// Arrays on the emulated devices, for toy kernels.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "tensor/profiled_device.h"

namespace nanopneumo::test {

/// Device memory with the values of a vector, or with nothing written.
template <class T>
class ToyArray {
 public:
  ToyArray(Device& device, std::size_t n)
      : device_(device), n_(n), data_(static_cast<T*>(device.allocator().allocate(bytes()))) {}
  ToyArray(Device& device, const std::vector<T>& values) : ToyArray(device, values.size()) {
    device.copy_to_device(data_, values.data(), bytes());
  }
  ToyArray(const ToyArray&) = delete;
  ToyArray& operator=(const ToyArray&) = delete;
  ~ToyArray() { device_.allocator().release(data_, bytes()); }

  T* data() { return data_; }
  std::vector<T> values() const {
    std::vector<T> values(n_);
    device_.copy_to_host(values.data(), data_, bytes());
    return values;
  }

 private:
  std::size_t bytes() const { return n_ * sizeof(T); }

  Device& device_;
  std::size_t n_;
  T* data_;
};
using ToyFloats = ToyArray<float>;

/// 0, 1, 2, ...
inline std::vector<float> counting(std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(i);
  return values;
}

/// The profile of the one launch since the last call.
inline profiler::KernelProfile the_profile(ProfiledDevice& device) {
  auto profiles = device.take_profiles();
  if (profiles.size() != 1)
    throw std::logic_error(std::to_string(profiles.size()) + " launches instead of one");
  return std::move(profiles[0]);
}

/// The profile of a toy kernel that works on 64 zeros.
inline profiler::KernelProfile profile_of(void (*toy)(Stream&, float*), int threads = 1) {
  const auto device = make_profiled_device(threads);
  ToyFloats data(*device, std::vector<float>(64));
  toy(device->stream(), data.data());
  return the_profile(*device);
}

/// What a function throws, as text; nothing where it returns.
template <class Function>
std::string error_of(const Function& function) {
  try {
    function();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

/// Whether all of the words come up in `text`, in this order.
inline bool mentions(const std::string& text, const std::vector<std::string>& words) {
  std::size_t at = 0;
  for (const std::string& word : words) {
    at = text.find(word, at);
    if (at == std::string::npos) return false;
  }
  return true;
}

}  // namespace nanopneumo::test

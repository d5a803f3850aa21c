#include "tests/kernels/devices.h"

#include <cstdlib>
#include <string_view>

#include "tensor/cuda_device.h"

namespace nanopneumo::test {

using emulator::ThreadOrder;

namespace {
// A CUDA thread of the emulation costs more than a GPU's.
constexpr int kEmulatedShare = 10;

std::vector<DeviceUnderTest> all_devices() {
  std::vector<DeviceUnderTest> devices = {
      {"cpu, 1 thread", [] { return make_cpu_device(1); }},
      {"cpu, 2 threads", [] { return make_cpu_device(2); }},
      {"emulated, forward", [] { return make_emulated_device(2); }, kEmulatedShare},
      {"emulated, reverse", [] { return make_emulated_device(2, {ThreadOrder::reverse}); },
       kEmulatedShare},
      {"emulated, shuffled",
       [] {
         return make_emulated_device(2, {ThreadOrder::shuffled, 1});
       },
       kEmulatedShare},
  };
  if (cuda::status().missing.empty()) devices.push_back({"cuda", make_cuda_device});
  return devices;
}

/// The devices named NANOPNEUMO_TEST_DEVICE ("cuda"), or all.
std::vector<DeviceUnderTest> wanted_devices() {
  std::vector<DeviceUnderTest> devices = all_devices();
  if (const char* name = std::getenv("NANOPNEUMO_TEST_DEVICE"); name && *name)
    std::erase_if(devices,
                  [&](const DeviceUnderTest& device) { return !device.label.starts_with(name); });
  return devices;
}

}  // namespace

const std::vector<DeviceUnderTest>& devices_under_test() {
  static const std::vector<DeviceUnderTest> devices = wanted_devices();
  return devices;
}

}  // namespace nanopneumo::test

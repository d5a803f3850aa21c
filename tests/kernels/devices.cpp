#include "tests/kernels/devices.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "kernels/asan.h"
#include "tensor/cuda_device.h"
#include "tensor/profiled_device.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {

using emulator::ThreadOrder;

namespace {
// A CUDA thread of the emulation costs more than a GPU's.
constexpr int kEmulatedShare = 10;
// And more where each access is looked at.
constexpr int kProfiledShare = 60;

std::vector<DeviceUnderTest> all_devices() {
  const int cpu_share = (one_in() + 15) / 16, emulated_share = std::max(kEmulatedShare, one_in());
  std::vector<DeviceUnderTest> devices = {
      {"cpu, 1 thread", [] { return make_cpu_device(1); }, cpu_share},
      {"cpu, 2 threads", [] { return make_cpu_device(2); }, cpu_share},
      {"emulated, forward", [] { return make_emulated_device(2); }, emulated_share},
      {"emulated, reverse", [] { return make_emulated_device(2, {ThreadOrder::reverse}); },
       emulated_share},
      {"emulated, shuffled",
       [] {
         return make_emulated_device(2, {ThreadOrder::shuffled, 1});
       },
       emulated_share},
      {"emulated tf32, forward", [] { return make_emulated_device(2, {}, Precision::tf32); },
       emulated_share, kTf32Rounding},
      {"emulated tf32, shuffled",
       [] {
         return make_emulated_device(2, {ThreadOrder::shuffled, 2}, Precision::tf32);
       },
       emulated_share, kTf32Rounding},
      {"emulated bf16, reverse",
       [] { return make_emulated_device(2, {ThreadOrder::reverse}, Precision::bf16); },
       emulated_share, kBf16Rounding},
      {"emulated bf16, shuffled",
       [] {
         return make_emulated_device(2, {ThreadOrder::shuffled, 3}, Precision::bf16);
       },
       emulated_share, kBf16Rounding},
  };
#if !defined(NANOPNEUMO_ASAN)  // its kernels are compiled with hooks of their own instead
  const int profiled_share = std::max(kProfiledShare, one_in());
  devices.push_back({"profiled", [] { return make_profiled_device(2); }, profiled_share});
  devices.push_back({"profiled tf32", [] { return make_profiled_device(2, {}, Precision::tf32); },
                     profiled_share, kTf32Rounding});
  devices.push_back({"profiled bf16", [] { return make_profiled_device(2, {}, Precision::bf16); },
                     profiled_share, kBf16Rounding});
#endif
  if (cuda::status().missing.empty()) {
    devices.push_back({"cuda", [] { return make_cuda_device(); }, one_in()});
    devices.push_back(
        {"cuda tf32", [] { return make_cuda_device(Precision::tf32); }, one_in(), kTf32Rounding});
    devices.push_back(
        {"cuda bf16", [] { return make_cuda_device(Precision::bf16); }, one_in(), kBf16Rounding});
  }
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

#include "tests/kernels/devices.h"

namespace nanopneumo::test {

using emulator::ThreadOrder;

namespace {
// A CUDA thread of the emulation costs more than a GPU's.
constexpr int kEmulatedShare = 10;
}  // namespace

const std::vector<DeviceUnderTest>& devices_under_test() {
  static const std::vector<DeviceUnderTest> devices = {
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
  return devices;
}

}  // namespace nanopneumo::test

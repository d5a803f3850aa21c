// The devices whose operations are held to the contract.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tensor/device.h"

namespace nanopneumo::test {

/// By what share of its size a factor of tf32 or bfloat16 is rounded: half a unit in the last place, of
/// 10 and of 7 fraction bits.
inline constexpr double kTf32Rounding = 0x1p-11, kBf16Rounding = 0x1p-8;

struct DeviceUnderTest {
  std::string label;
  std::function<std::unique_ptr<Device>()> make;
  /// One in how many of the random cases it is tried with; ten times as many of the awkward
  /// ones. Which ones is drawn anew in each run (cases.h: test_seed).
  int one_in = 1;
  /// By what share of its size a factor may be rounded in conv_* and dense_*: those of tensor cores,
  /// whose devices are tried with these operations alone. 0: not at all, as in float32.
  double factor_rounding = 0;

  bool has(const std::string& operation) const {
    return factor_rounding == 0 || operation.starts_with("conv_") ||
           operation.starts_with("dense_");
  }
};

/// All of them ("cuda" where there is a GPU), or with NANOPNEUMO_TEST_DEVICE=NAME in the environment
/// those whose label begins so; a new device is added here and nowhere else in tests/kernels.
const std::vector<DeviceUnderTest>& devices_under_test();

}  // namespace nanopneumo::test

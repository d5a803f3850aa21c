// The devices whose operations are held to the contract.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tensor/device.h"

namespace nanopneumo::test {

struct DeviceUnderTest {
  std::string label;
  std::function<std::unique_ptr<Device>()> make;
  /// One in how many of the random cases it is tried with; all of the awkward ones each time. Which
  /// ones is drawn anew in each run (cases.h: test_seed).
  int one_in = 1;
};

/// All of them ("cuda" where there is a GPU), or with NANOPNEUMO_TEST_DEVICE=NAME in the environment
/// those whose label begins so; a new device is added here and nowhere else in tests/kernels.
const std::vector<DeviceUnderTest>& devices_under_test();

}  // namespace nanopneumo::test

// The devices of this machine that run the CUDA kernels.
#pragma once

#include <functional>

#include "tensor/device.h"

namespace nanopneumo::test {

/// Calls `body` for "emulated" and, where there is a GPU, for "cuda"; or for the one that
/// NANOPNEUMO_TEST_DEVICE names.
void for_each_gpu_device(const std::function<void(Device&)>& body);

}  // namespace nanopneumo::test

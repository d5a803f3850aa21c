// Launching a kernel of a test in the emulation.
#pragma once

#include <functional>
#include <string>

#include "kernels/emulator/kernel_error.h"
#include "tensor/device.h"

namespace nanopneumo::test {

/// Runs `body(Stream&)` on an emulated device for each order of the threads.
inline void on_each_schedule(const std::function<void(Stream&)>& body) {
  using emulator::ThreadOrder;
  for (const ThreadOrder order :
       {ThreadOrder::forward, ThreadOrder::reverse, ThreadOrder::shuffled})
    body(make_emulated_device(1, {order, 7})->stream());
}

/// What the emulation says of a kernel that `body(Stream&)` launches, or nothing.
inline std::string emulator_error(const std::function<void(Stream&)>& body) {
  try {
    body(make_emulated_device(1)->stream());
  } catch (const emulator::KernelError& error) {
    return error.what();
  }
  return "";
}

}  // namespace nanopneumo::test

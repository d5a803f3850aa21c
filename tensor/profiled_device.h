// A device that measures its kernels.
#pragma once

#include <memory>
#include <vector>

#include "kernels/emulator/profiler/profile.h"
#include "tensor/device.h"

namespace nanopneumo {

/// The emulated GPU with every load and store of its kernels counted.
class ProfiledDevice : public Device {
 public:
  /// The profiles of all launches since the last call, in their order.
  virtual std::vector<profiler::KernelProfile> take_profiles() = 0;
  /// From now on a kernel that reads there before it writes is reported, as for fresh memory.
  virtual void mark_unwritten(const void* device_memory, std::size_t bytes) = 0;
};

/// Blocks on `threads` threads; 0 means all the machine lets this process use.
std::unique_ptr<ProfiledDevice> make_profiled_device(int threads,
                                                     const emulator::Schedule& schedule = {},
                                                     Precision precision = Precision::float32);

}  // namespace nanopneumo

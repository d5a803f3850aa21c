// The stream of the profiled device.
#pragma once

#include <memory>
#include <vector>

#include "kernels/emulator/emulated_stream.h"
#include "kernels/emulator/profiler/profile.h"

namespace nanopneumo::profiler {

class DeviceMemory;
class Recorder;
struct LaunchRecord;

/// Runs kernels of namespace profiled and writes a profile of each launch. Their operands lie in
/// `memory`, which outlives the stream.
class ProfiledStream final : public emulator::EmulatedStream {
 public:
  ProfiledStream(int threads, emulator::Schedule schedule, DeviceMemory& memory);
  ~ProfiledStream() override;

  void* workspace(std::size_t bytes) override;
  void upload(void* device_memory, const void* host, std::size_t bytes) override;
  /// Throws KernelError as the plain emulation; the launch then leaves no profile.
  void run(const emulator::LaunchConfig& launch, const std::function<void()>& kernel) override;

  /// The profiles of the launches since the last call, in their order.
  std::vector<KernelProfile> take_profiles();

 private:
  KernelProfile collect(const emulator::LaunchConfig& launch);

  DeviceMemory& memory_;
  std::unique_ptr<LaunchRecord> record_;
  std::vector<std::unique_ptr<Recorder>> recorders_;  ///< one for each host thread
  std::vector<KernelProfile> profiles_;
  void* workspace_ = nullptr;
};

}  // namespace nanopneumo::profiler

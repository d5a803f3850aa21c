// The stream of the emulated GPU.
#pragma once

#include <functional>
#include <memory>

#include "kernels/cuda/gpu_stream.h"
#include "kernels/emulator/grid.h"

namespace nanopneumo::emulator {

/// Kernels are done when launch() returns.
class EmulatedStream : public GpuStream {
 public:
  /// `threads` of the host share the blocks of a grid; 0: all the CPUs that this process may use.
  explicit EmulatedStream(int threads, Schedule schedule = {});

  void synchronize() override {}
  void* workspace(std::size_t bytes) override;
  void upload(void* device_memory, const void* host, std::size_t bytes) override;
  int multiprocessors() const override { return kMultiprocessors; }

  virtual void run(const LaunchConfig& launch, const std::function<void()>& kernel) {
    grid_.run(launch, kernel);
  }

 protected:
  GridRunner& grid() { return grid_; }

 private:
  /// As few as a small GPU has, so that grids which are sized by it stay small.
  static constexpr int kMultiprocessors = 4;

  GridRunner grid_;
  std::unique_ptr<std::byte[], void (*)(std::byte*)> workspace_;
};

}  // namespace nanopneumo::emulator

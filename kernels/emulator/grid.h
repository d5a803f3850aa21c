// A whole launch: blocks over the host's threads.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "kernels/emulator/block.h"

namespace nanopneumo::emulator {

/// Runs grids. `threads` of the host (OpenMP's pool) take blocks one by one.
class GridRunner {
 public:
  explicit GridRunner(int threads, Schedule schedule = {});

  /// Runs `kernel` for each thread of each block; returns when all are done. Throws KernelError where
  /// the launch is not possible (as a GPU would refuse it) or a thread breaks a rule.
  void run(const LaunchConfig& launch, const std::function<void()>& kernel);

  /// Tells observers[i] of what host thread i runs; one for each of threads(), or none at all.
  void observe(const std::vector<BlockObserver*>& observers);

  int threads() const { return static_cast<int>(runners_.size()); }

 private:
  std::vector<std::unique_ptr<BlockRunner>> runners_;  ///< one for each host thread
  Schedule schedule_;
};

}  // namespace nanopneumo::emulator

// What holds a kernel back, in plain sentences.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/bench/gpus.h"
#include "tools/bench/kernel_resources.h"
#include "tools/bench/occupancy.h"
#include "tools/bench/profile_case.h"

namespace nanopneumo::bench {

/// A launch and, where the compiler's figures are known, its occupancy on the GPU in question.
struct LaunchFacts {
  const profiler::KernelProfile& profile;
  std::optional<Occupancy> occupancy;
};

/// One sentence for each thing that costs this launch time on `gpu`, the most costly first; where
/// nothing is wrong, what bounds it in the end.
std::vector<std::string> limits(const LaunchFacts& launch, const Gpu& gpu);

/// What bounds the whole operation at its best: memory or arithmetic.
std::string bound(const OpCase& op_case, const Gpu& gpu, Precision precision);

}  // namespace nanopneumo::bench

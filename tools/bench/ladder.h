// The steps of the GEMM ladder beside one another: the same product and the same convolution by each.
#pragma once

#include <span>
#include <string>

#include "kernels/cuda/ladder_table.h"
#include "tensor/device_options.h"
#include "tools/bench/table.h"

namespace nanopneumo::bench {

/// The steps as `device` (cuda, profiled or emulated) runs them.
std::span<const LadderStep> ladder_of(const Device& device);

/// Counters of each step in the emulation, for dense_forward or conv_forward at `shape`. Throws
/// std::logic_error where a step's result is wrong.
Table count_ladder(const std::string& op, const std::string& shape, int threads);
/// Times of each step on the GPU.
Table time_ladder(const std::string& op, const std::string& shape, int threads, int repeats);

}  // namespace nanopneumo::bench

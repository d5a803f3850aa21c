// Depthwise convolutions that become one operation with the 1x1 convolutions after them.
#pragma once

#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// Puts a PlanSeparable in the place of every 1x1 convolution at stride 1 that is the only reader of a depthwise
/// convolution's result, and takes the depthwise convolution out.
void join_separable_pairs(Plan<float>&);

}  // namespace nanopneumo::cpu

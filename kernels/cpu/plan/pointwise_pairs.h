// Operations that become one with the 1x1 convolution after them: depthwise convolutions, batch normalisations with
// their activations and squeeze-and-excite gates.
#pragma once

#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// Puts a PlanSeparable, PlanAffineProduct or PlanScaledProduct in the place of every 1x1 convolution at stride 1 that is
/// the only reader of what such an operation makes, and takes that operation out.
void join_pointwise_pairs(Plan<float>&);

}  // namespace nanopneumo::cpu

// Operations that become one with the 1x1 convolution after them: depthwise convolutions, batch normalisations with
// their activations and squeeze-and-excite gates.
#pragma once

#include <functional>

#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// A 1x1 convolution at stride 1 that is the only reader of what another operation makes, and the PlanSeparable,
/// PlanAffineProduct or PlanScaledProduct that does what both do.
struct PointwisePair {
  const PlanOperation<float>&first, &convolution;
  const PlanOperation<float>& both;
};

/// Puts one operation in the place of every such pair for which `pays` is true.
void join_pointwise_pairs(Plan<float>&, const std::function<bool(const PointwisePair&)>& pays);

/// Of all pairs.
inline void join_pointwise_pairs(Plan<float>& plan) {
  join_pointwise_pairs(plan, [](const PointwisePair&) { return true; });
}

}  // namespace nanopneumo::cpu

// Operations that become one with the only operation that reads what they make: depthwise convolutions, batch
// normalisations with their activations and squeeze-and-excite gates with the 1x1 convolution after them, and 1x1
// convolutions with the depthwise one.
#pragma once

#include <functional>

#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// An operation, the only reader of what it makes, and what does both: a PlanSeparable, PlanAffineProduct,
/// PlanScaledProduct or PlanExpandedDepthwise.
struct OperationPair {
  const PlanOperation<float>&first, &second;
  const PlanOperation<float>& both;
};

/// Puts one operation in the place of every such pair for which `pays` is true; of a depthwise convolution between two
/// 1x1 convolutions it is asked about the second one first.
void join_pairs(Plan<float>&, const std::function<bool(const OperationPair&)>& pays);

/// Of all pairs.
inline void join_pairs(Plan<float>& plan) {
  join_pairs(plan, [](const OperationPair&) { return true; });
}

}  // namespace nanopneumo::cpu

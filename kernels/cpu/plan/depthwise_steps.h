// Steps of our own depthwise convolutions (kernels/cpu/tiled). What makes channels for one in bfloat16 needs a CPU with
// matrix tiles.
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

/// `sums`: whether run() leaves the sums of its result's rows in its scratch memory, (images, rows, channels) floats.
template <class E>
std::unique_ptr<PlanStep> depthwise_step(const StepContext<E>&, const PlanDepthwise<float>&,
                                         bool sums);
template <class E>
std::unique_ptr<PlanStep> expanded_depthwise_step(const StepContext<E>&,
                                                  const PlanExpandedDepthwise<float>&, bool sums);

}  // namespace nanopneumo::cpu

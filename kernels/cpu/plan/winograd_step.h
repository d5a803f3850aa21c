// A 3x3 convolution of a plan by Winograd's algorithm, its filters transformed once.
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

/// Reads and writes slices, and adds a residual from wherever it lies.
std::unique_ptr<PlanStep> winograd_step(const StepContext<float>& context,
                                        const PlanConvolution<float>& op);

}  // namespace nanopneumo::cpu

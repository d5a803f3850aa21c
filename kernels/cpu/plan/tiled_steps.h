// Steps that our own convolutions in float32 compute (kernels/cpu/tiled).
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

std::unique_ptr<PlanStep> tiled_step(const StepContext<float>&, const PlanConvolution<float>&);
std::unique_ptr<PlanStep> tiled_step(const StepContext<float>&, const PlanDepthwise<float>&);
std::unique_ptr<PlanStep> tiled_step(const StepContext<float>&, const PlanSeparable<float>&);
std::unique_ptr<PlanStep> tiled_step(const StepContext<float>&, const PlanAffineProduct<float>&);
std::unique_ptr<PlanStep> tiled_step(const StepContext<float>&, const PlanScaledProduct<float>&);

}  // namespace nanopneumo::cpu

// Steps that our own convolutions compute (kernels/cpu/tiled). In bfloat16 they need a CPU with matrix tiles.
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

template <class E>
std::unique_ptr<PlanStep> tiled_step(const StepContext<E>&, const PlanConvolution<float>&);
template <class E>
std::unique_ptr<PlanStep> tiled_step(const StepContext<E>&, const PlanSeparable<float>&);
template <class E>
std::unique_ptr<PlanStep> tiled_step(const StepContext<E>&, const PlanAffineProduct<float>&);
template <class E>
std::unique_ptr<PlanStep> tiled_step(const StepContext<E>&, const PlanScaledProduct<float>&);

}  // namespace nanopneumo::cpu

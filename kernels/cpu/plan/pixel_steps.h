// Operations of a plan that look at one pixel at a time.
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

template <class E>
std::unique_ptr<PlanStep> affine_step(const StepContext<E>& context, const PlanAffine<float>& op);
template <class E>
std::unique_ptr<PlanStep> activation_step(const StepContext<E>& context, const PlanActivation& op);
template <class E>
std::unique_ptr<PlanStep> softmax_step(const StepContext<E>& context, std::size_t i,
                                       const PlanSoftmax& op);
template <class E>
std::unique_ptr<PlanStep> add_step(const StepContext<E>& context, const PlanAdd& op);
template <class E>
std::unique_ptr<PlanStep> scale_step(const StepContext<E>& context, const PlanScale& op);

}  // namespace nanopneumo::cpu

// Operations of a plan that move numbers and compute nothing.
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

/// Null where every part lies in the whole already.
template <class E>
std::unique_ptr<PlanStep> concatenate_step(const StepContext<E>& context,
                                           const PlanConcatenate& op);
template <class E>
std::unique_ptr<PlanStep> pad_step(const StepContext<E>& context, const PlanPad& op);
/// Null where the result is the same memory.
template <class E>
std::unique_ptr<PlanStep> reshape_step(const StepContext<E>& context, const PlanReshape& op);

}  // namespace nanopneumo::cpu

// Pooling in a plan.
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

template <class E>
std::unique_ptr<PlanStep> max_pool_step(const StepContext<E>& context, const PlanMaxPool& op);
template <class E>
std::unique_ptr<PlanStep> average_pool_step(const StepContext<E>& context,
                                            const PlanAveragePool& op);
/// Sums in float32, pixels in order.
template <class E>
std::unique_ptr<PlanStep> global_average_step(const StepContext<E>& context,
                                              const PlanGlobalAverage& op);
/// The same of the sums of rows that the step before it has left in the scratch memory (depthwise_steps.h).
template <class E>
std::unique_ptr<PlanStep> average_of_row_sums_step(const StepContext<E>& context,
                                                   const PlanGlobalAverage& op);

}  // namespace nanopneumo::cpu

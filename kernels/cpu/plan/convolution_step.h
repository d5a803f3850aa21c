// Convolutions and depthwise convolutions of a plan by oneDNN: weights packed once, bias, residual and
// activation applied while the result is written.
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

template <class E>
std::unique_ptr<PlanStep> convolution_step(const StepContext<E>& context, std::size_t i,
                                           const PlanConvolution<float>& op);

template <class E>
std::unique_ptr<PlanStep> depthwise_step(const StepContext<E>& context, std::size_t i,
                                         const PlanDepthwise<float>& op);

}  // namespace nanopneumo::cpu

// A 1x1 convolution, or a dense layer, as one product of matrices: pixels times channels.
#pragma once

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

/// Source and result may lie inside of concatenations.
template <class E>
std::unique_ptr<PlanStep> gemm_step(const StepContext<E>& context, std::size_t i,
                                    const PlanConvolution<float>& op);

}  // namespace nanopneumo::cpu

// 1x1 convolutions with strides, for which oneDNN has no kernel of its own.
#pragma once

#include <functional>

#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

/// Whether oneDNN computes this 1x1 convolution with strides as one of 1x1. 2.6 does where the strides divide the
/// image's size; elsewhere it takes it for one of any window, which takes twice as long. E: element of the values.
template <class E>
bool has_own_kernel(CpuStream& stream, const Plan<float>& plan, const PlanConvolution<float>& op);

/// Where a 1x1 convolution has strides and has_kernel(convolution) is false, the pixels that are read become a value, a
/// max pooling of single pixels, from which all such convolutions of the same image compute without strides.
void leave_pixels_out(Plan<float>& plan,
                      const std::function<bool(const PlanConvolution<float>&)>& has_kernel);

}  // namespace nanopneumo::cpu

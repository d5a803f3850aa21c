// The weights of a plan that is computed in bfloat16.
#pragma once

#include "kernels/cpu/cpu_stream.h"
#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// Rounds the weights of all convolutions to bfloat16 (balanced_rounding.h), depthwise ones where oneDNN computes them:
/// ours read float32 (tiled/depthwise.h). Where plan.means says what
/// they are multiplied by, the biases take up what the rounding adds to each output on average (M. Nagel et al.,
/// "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, section 4.2).
void round_weights(CpuStream& stream, Plan<float>& plan);

}  // namespace nanopneumo::cpu

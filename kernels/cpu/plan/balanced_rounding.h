// Weights in bfloat16 whose rounding does not shift what a filter computes.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cpu/cpu_stream.h"

namespace nanopneumo::cpu {

/// Number i of filter k is w[i * filters + k]. Each number becomes one of the
/// two bfloat16 values beside it: the nearest, but for the few nearest to the middle of the two that are rounded
/// the other way so that a filter's numbers keep their sum.
///
/// Rounded to nearest, n numbers change their sum by about sqrt(n) halves of a last bit. Neighbouring pixels are
/// nearly equal and what comes out of a ReLU is positive, so that this times their mean is added to every output of the
/// filter, whatever the image: the shift that M. Nagel et al., "Data-Free Quantization Through Weight Equalization
/// and Bias Correction", 2019, take from the bias. The numbers must be finite.
std::vector<float> balanced_bfloat16(CpuStream& stream, std::vector<float> w, std::int64_t filters);

}  // namespace nanopneumo::cpu

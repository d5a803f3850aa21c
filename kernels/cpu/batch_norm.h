// What the files of batch normalisation share.
#pragma once

#include <cmath>

#include "kernels/kernels.h"

namespace nanopneumo::cpu {

/// 1 / sqrt(variance + epsilon)
inline double inverse_deviation(double variance, double epsilon) {
  return 1 / std::sqrt(variance + epsilon);
}

/// mean = avg(x), variance = avg((x - mean)^2)
void batch_norm_statistics(Stream&, const RowsDims&, const float* x, float* mean, float* variance);

/// dbeta = sum(dy), dgamma = sum(dy * (x - mean)) / sqrt(variance + epsilon)
void batch_norm_parameter_gradients(Stream&, const RowsDims&, double epsilon, const float* x,
                                    const float* mean, const float* variance, const float* dy,
                                    float* dgamma, float* dbeta);

}  // namespace nanopneumo::cpu

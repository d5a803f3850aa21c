// What the files of batch normalisation share.
#pragma once

#include <cmath>

#include "kernels/kernels.h"

namespace nanopneumo::cpu {

/// 1 / sqrt(variance + epsilon)
inline double inverse_deviation(double variance, double epsilon) {
  return 1 / std::sqrt(variance + epsilon);
}

/// Of each channel: y = (x - mean) * scale + offset.
struct NormFactors {
  const float *scale, *offset;
};
/// In the stream's workspace. gamma, beta: (C), or null for 1, 0.
NormFactors norm_factors(Stream&, int C, double epsilon, const float* gamma, const float* beta,
                         const float* variance);

/// Of each channel with the statistics of the batch: dx = scale * (dy - constant - (x - mean) * slope).
struct NormGradientFactors {
  const float *scale, *constant, *slope;
};
/// In the stream's workspace. gamma: (C), or null for 1.
NormGradientFactors norm_gradient_factors(Stream&, const RowsDims&, double epsilon,
                                          const float* gamma, const float* variance,
                                          const float* dgamma, const float* dbeta);

/// mean = avg(x), variance = avg((x - mean)^2)
void batch_norm_statistics(Stream&, const RowsDims&, const float* x, float* mean, float* variance);

/// dbeta = sum(dy), dgamma = sum(dy * (x - mean)) / sqrt(variance + epsilon)
void batch_norm_parameter_gradients(Stream&, const RowsDims&, double epsilon, const float* x,
                                    const float* mean, const float* variance, const float* dy,
                                    float* dgamma, float* dbeta);

}  // namespace nanopneumo::cpu

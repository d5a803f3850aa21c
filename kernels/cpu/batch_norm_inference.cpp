// Batch normalisation with given statistics (Ioffe & Szegedy 2015, algorithm 2), an affine map:
//   y = act((x - mean) / sqrt(variance + epsilon) * gamma + beta)
//   dx = dy * gamma / sqrt(variance + epsilon)
//   dbeta = sum(dy), dgamma = sum(dy * (x - mean)) / sqrt(variance + epsilon)
#include "kernels/cpu/activation.h"
#include "kernels/cpu/batch_norm.h"
#include "kernels/cpu/channel_sums.h"
#include "kernels/cpu/ops.h"

namespace nanopneumo::cpu {

NormFactors norm_factors(Stream& stream, int C, double epsilon, const float* gamma,
                         const float* beta, const float* variance) {
  auto* scale = static_cast<float*>(cpu_stream(stream).workspace(sizeof(float) * 2 * C));
  float* offset = scale + C;
  for (int c = 0; c < C; ++c) {
    const double inverse = inverse_deviation(variance[c], epsilon);
    scale[c] = static_cast<float>(gamma ? inverse * gamma[c] : inverse);
    offset[c] = beta ? beta[c] : 0.0f;
  }
  return {scale, offset};
}

void batch_norm_inference(Stream& stream, const RowsDims& dims, double epsilon, const float* x,
                          const float* gamma, const float* beta, const float* mean,
                          const float* variance, Activation activation, float* y) {
  const auto [scale, offset] = norm_factors(stream, dims.C, epsilon, gamma, beta, variance);
  with_activation(activation, [&, scale = scale, offset = offset](auto f) {
    for_each_in_rows(stream, dims, [=](std::int64_t i, int c) {
      y[i] = f((x[i] - mean[c]) * scale[c] + offset[c]);
    });
  });
}

void batch_norm_parameter_gradients(Stream& stream, const RowsDims& dims, double epsilon,
                                    const float* x, const float* mean, const float* variance,
                                    const float* dy, float* dgamma, float* dbeta) {
  const ChannelSums sums = channel_sums(stream, dims, [=](std::int64_t i, int c) {
    return Terms{dy[i], dy[i] * (x[i] - mean[c])};
  });
  for (int c = 0; c < dims.C; ++c) {
    dbeta[c] = static_cast<float>(sums.first[c]);
    dgamma[c] = static_cast<float>(sums.second[c] * inverse_deviation(variance[c], epsilon));
  }
}

void batch_norm_inference_gradient(Stream& stream, const RowsDims& dims, double epsilon,
                                   const float* x, const float* gamma, const float* mean,
                                   const float* variance, const float* dy, float* dx, float* dgamma,
                                   float* dbeta) {
  if (dgamma)
    batch_norm_parameter_gradients(stream, dims, epsilon, x, mean, variance, dy, dgamma, dbeta);
  if (!dx) return;
  const float* const scale =
      norm_factors(stream, dims.C, epsilon, gamma, /*beta=*/nullptr, variance).scale;
  for_each_in_rows(stream, dims, [=](std::int64_t i, int c) { dx[i] = dy[i] * scale[c]; });
}

}  // namespace nanopneumo::cpu

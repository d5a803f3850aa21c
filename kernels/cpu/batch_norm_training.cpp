// Batch normalisation with the statistics of the batch (Ioffe & Szegedy 2015, algorithm 1):
//   mean = avg(x), variance = avg((x - mean)^2), y = (x - mean) / sqrt(variance + epsilon) * gamma
//   + beta
// and its gradient (section 3), with xhat = (x - mean) / sqrt(variance + epsilon):
//   dbeta = sum(dy), dgamma = sum(dy xhat)
//   dx = gamma / sqrt(variance + epsilon) * (dy - dbeta / rows - xhat dgamma / rows)
#include "kernels/cpu/batch_norm.h"
#include "kernels/cpu/channel_sums.h"
#include "kernels/cpu/ops.h"

namespace nanopneumo::cpu {
namespace {

/// The mean of a few rows from all over x: a number of the data's own size, whatever one of them is.
void estimate_mean(const RowsDims& dims, const float* x, float* mean) {
  constexpr std::int64_t kSample = 64;
  const std::int64_t sample = std::min(kSample, dims.rows);
  std::fill_n(mean, dims.C, 0.0f);
  for (std::int64_t i = 0; i < sample; ++i) {
    const float* row = x + i * dims.rows / sample * dims.C;
    for (int c = 0; c < dims.C; ++c) mean[c] += row[c] / static_cast<float>(sample);
  }
}

}  // namespace

// One pass for both statistics: the sums are taken of x - m for an estimate m of the mean, so that
//   variance = avg((x - m)^2) - avg(x - m)^2
// loses nothing that matters.
void batch_norm_statistics(Stream& stream, const RowsDims& dims, const float* x, float* mean,
                           float* variance) {
  estimate_mean(dims, x, mean);
  const ChannelSums sums = channel_sums(stream, dims, [=](std::int64_t i, int c) {
    const float shifted = x[i] - mean[c];
    return Terms{shifted, shifted * shifted};
  });
  const auto rows = static_cast<double>(dims.rows);
  for (int c = 0; c < dims.C; ++c) {
    const double shifted_mean = sums.first[c] / rows;
    const double difference = sums.second[c] / rows - shifted_mean * shifted_mean;
    mean[c] = static_cast<float>(double{mean[c]} + shifted_mean);
    variance[c] = static_cast<float>(difference < 0 ? 0 : difference);
  }
}

void batch_norm_training(Stream& stream, const RowsDims& dims, double epsilon, const float* x,
                         const float* gamma, const float* beta, float* y, float* mean,
                         float* variance) {
  batch_norm_statistics(stream, dims, x, mean, variance);
  batch_norm_inference(stream, dims, epsilon, x, gamma, beta, mean, variance, Activation::none, y);
}

NormGradientFactors norm_gradient_factors(Stream& stream, const RowsDims& dims, double epsilon,
                                          const float* gamma, const float* variance,
                                          const float* dgamma, const float* dbeta) {
  const int C = dims.C;
  const auto rows = static_cast<double>(dims.rows);
  auto* scale = static_cast<float*>(cpu_stream(stream).workspace(sizeof(float) * 3 * C));
  float* constant = scale + C;
  float* slope = constant + C;
  for (int c = 0; c < C; ++c) {
    const double inverse = inverse_deviation(variance[c], epsilon);
    scale[c] = static_cast<float>(gamma ? inverse * gamma[c] : inverse);
    constant[c] = static_cast<float>(dbeta[c] / rows);
    slope[c] = static_cast<float>(dgamma[c] / rows * inverse);
  }
  return {scale, constant, slope};
}

void batch_norm_training_gradient(Stream& stream, const RowsDims& dims, double epsilon,
                                  const float* x, const float* gamma, const float* mean,
                                  const float* variance, const float* dy, float* dx, float* dgamma,
                                  float* dbeta) {
  batch_norm_parameter_gradients(stream, dims, epsilon, x, mean, variance, dy, dgamma, dbeta);
  const auto [scale, constant, slope] =
      norm_gradient_factors(stream, dims, epsilon, gamma, variance, dgamma, dbeta);
  for_each_in_rows(stream, dims, [=](std::int64_t i, int c) {
    dx[i] = scale[c] * (dy[i] - constant[c] - (x[i] - mean[c]) * slope[c]);
  });
}

}  // namespace nanopneumo::cpu

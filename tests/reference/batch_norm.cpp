// Batch normalisation with the batch's own statistics and with moving ones.
#include <cmath>
#include <vector>

#include "tests/reference/loops.h"
#include "tests/reference/reference_ops.h"

namespace nanopneumo::test::reference {
namespace {

/// The parameter of channel c, or what stands for it where there is none.
double value_or(const double* parameter, int c, double otherwise) {
  return parameter ? parameter[c] : otherwise;
}

/// dbeta = sum(dy), dgamma = sum(dy * xhat)
void parameter_gradients(const RowsDims& d, double epsilon, const double* x, const double* mean,
                         const double* variance, const double* dy, double* dgamma, double* dbeta) {
  for (int c = 0; c < d.C; ++c) dgamma[c] = dbeta[c] = 0;
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (int c = 0; c < d.C; ++c) {
      const double xhat = (x[i * d.C + c] - mean[c]) / std::sqrt(variance[c] + epsilon);
      dgamma[c] += dy[i * d.C + c] * xhat;
      dbeta[c] += dy[i * d.C + c];
    }
}

}  // namespace

void batch_norm_training(Stream& stream, const RowsDims& d, double epsilon, const double* x,
                         const double* gamma, const double* beta, double* y, double* mean,
                         double* variance) {
  for (int c = 0; c < d.C; ++c) mean[c] = variance[c] = 0;
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (int c = 0; c < d.C; ++c) mean[c] += x[i * d.C + c];
  for (int c = 0; c < d.C; ++c) mean[c] /= static_cast<double>(d.rows);
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (int c = 0; c < d.C; ++c) {
      const double deviation = x[i * d.C + c] - mean[c];
      variance[c] += deviation * deviation;
    }
  for (int c = 0; c < d.C; ++c) variance[c] /= static_cast<double>(d.rows);
  batch_norm_inference(stream, d, epsilon, x, gamma, beta, mean, variance, Activation::none, y);
}

void batch_norm_training_gradient(Stream&, const RowsDims& d, double epsilon, const double* x,
                                  const double* gamma, const double* mean, const double* variance,
                                  const double* dy, double* dx, double* dgamma, double* dbeta) {
  parameter_gradients(d, epsilon, x, mean, variance, dy, dgamma, dbeta);
  const double rows = static_cast<double>(d.rows);
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (int c = 0; c < d.C; ++c) {
      const double deviation = std::sqrt(variance[c] + epsilon);
      const double xhat = (x[i * d.C + c] - mean[c]) / deviation;
      dx[i * d.C + c] = value_or(gamma, c, 1) / deviation *
                        (dy[i * d.C + c] - dbeta[c] / rows - xhat * dgamma[c] / rows);
    }
}

void batch_norm_inference(Stream&, const RowsDims& d, double epsilon, const double* x,
                          const double* gamma, const double* beta, const double* mean,
                          const double* variance, Activation activation, double* y) {
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (int c = 0; c < d.C; ++c) {
      const double xhat = (x[i * d.C + c] - mean[c]) / std::sqrt(variance[c] + epsilon);
      y[i * d.C + c] = activate(activation, xhat * value_or(gamma, c, 1) + value_or(beta, c, 0));
    }
}

void batch_norm_inference_gradient(Stream&, const RowsDims& d, double epsilon, const double* x,
                                   const double* gamma, const double* mean, const double* variance,
                                   const double* dy, double* dx, double* dgamma, double* dbeta) {
  if (dgamma) parameter_gradients(d, epsilon, x, mean, variance, dy, dgamma, dbeta);
  if (!dx) return;
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (int c = 0; c < d.C; ++c)
      dx[i * d.C + c] = dy[i * d.C + c] * value_or(gamma, c, 1) / std::sqrt(variance[c] + epsilon);
}

void batch_norm_max_pool(Stream& stream, const ChannelwiseDims& d, double epsilon, const double* x,
                         const double* gamma, const double* beta, double* y, std::uint8_t* argmax,
                         double* mean, double* variance) {
  std::vector<double> normalised(static_cast<std::size_t>(d.input_size()));
  batch_norm_training(stream, {d.input_size() / d.C, d.C}, epsilon, x, gamma, beta,
                      normalised.data(), mean, variance);
  max_pool_forward(stream, d, normalised.data(), y, argmax);
}

void batch_norm_max_pool_gradient(Stream& stream, const ChannelwiseDims& d, double epsilon,
                                  Activation before, const double* x, const double* gamma,
                                  const double* mean, const double* variance,
                                  const std::uint8_t* argmax, const double* dy, double* dx,
                                  double* dgamma, double* dbeta) {
  std::vector<double> routed(static_cast<std::size_t>(d.input_size())), gradient(routed.size());
  max_pool_gradient(stream, d, argmax, dy, routed.data());
  batch_norm_training_gradient(stream, {d.input_size() / d.C, d.C}, epsilon, x, gamma, mean,
                               variance, routed.data(), gradient.data(), dgamma, dbeta);
  for (std::size_t i = 0; i < gradient.size(); ++i)
    dx[i] = before == Activation::relu && !(x[i] > 0) ? 0 : gradient[i];
}

void moving_average(Stream&, int C, double momentum, const double* batch, double* moving) {
  for (int c = 0; c < C; ++c) moving[c] = moving[c] * momentum + batch[c] * (1 - momentum);
}

}  // namespace nanopneumo::test::reference

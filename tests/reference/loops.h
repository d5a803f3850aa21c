// The two loops that the formulas of several operations share.
#pragma once

#include <cmath>
#include <cstdint>
#include <numeric>

#include "kernels/kernels.h"

namespace nanopneumo::test::reference {

/// Calls visit(r, s, h, w) for each place (r, s) of the window at output pixel (p, q) whose input
/// pixel (h, w) lies inside the H x W image, in row-major order.
template <class Visit>
void for_each_tap(const Window& window, int H, int W, int p, int q, Visit visit) {
  for (int r = 0; r < window.R; ++r) {
    const int h = p * window.stride_h + r - window.pad.top;
    if (h < 0 || h >= H) continue;
    for (int s = 0; s < window.S; ++s) {
      const int w = q * window.stride_w + s - window.pad.left;
      if (w < 0 || w >= W) continue;
      visit(r, s, h, w);
    }
  }
}

/// Position of pixel (h, w) of image n, channel 0, in an (N, H, W, C) tensor.
inline std::int64_t pixel(int n, int h, int w, int H, int W, int C) {
  return ((std::int64_t{n} * H + h) * W + w) * C;
}

/// sum_i a[i] b[i]
inline double dot(const double* a, const double* b, int n) {
  return std::transform_reduce(a, a + n, b, 0.0);
}

/// max(x, 0), a NaN staying NaN.
inline double relu(double x) { return x < 0 ? 0 : x; }

/// min(max(x, 0), 6), a NaN staying NaN.
inline double relu6(double x) { return x < 0 ? 0 : x > 6 ? 6 : x; }

/// 1 / (1 + exp(-x)); the exponent is never positive, so nothing overflows.
inline double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/// x / (1 + exp(-x))
inline double swish(double x) { return x * sigmoid(x); }

inline double activate(Activation activation, double x) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return relu(x);
    case Activation::relu6:
      return relu6(x);
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::swish:
      return swish(x);
  }
  return x;
}

/// y = activation(y + bias + residual) for `rows` rows of K values.
inline void apply_epilogue(const Epilogue<double>& epilogue, std::int64_t rows, int K, double* y) {
  for (std::int64_t i = 0; i < rows; ++i)
    for (int k = 0; k < K; ++k) {
      double& value = y[i * K + k];
      if (epilogue.bias) value += epilogue.bias[k];
      if (epilogue.residual) value += epilogue.residual[i * K + k];
      value = activate(epilogue.activation, value);
    }
}

/// db[k] = sum over the rows of dy, where db is wanted.
inline void bias_gradient(std::int64_t rows, int K, const double* dy, double* db) {
  if (!db) return;
  for (int k = 0; k < K; ++k) db[k] = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    for (int k = 0; k < K; ++k) db[k] += dy[i * K + k];
}

}  // namespace nanopneumo::test::reference

#include "train/logistic_regression.h"

#include <cmath>
#include <numeric>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Solves A x = b for a symmetric positive definite A, given by rows, by Cholesky's A = L L^T.
std::vector<double> solve(FeatureRows a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(sum) : sum / a[j][j];
    }
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

/// The penalised loss around one point w (the last weight is b).
struct Quadratic {
  double value = 0;
  std::vector<double> gradient;
  FeatureRows hessian;
};

double loss_at(const FeatureRows& z, std::span<const std::uint8_t> labels,
               const std::vector<double>& w) {
  double loss = (dot(w, w) - w.back() * w.back()) / 2;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double logit = dot(z[i], w);
    loss += std::max(logit, 0.0) - logit * labels[i] + std::log1p(std::exp(-std::abs(logit)));
  }
  return loss;
}

Quadratic expand(const FeatureRows& z, std::span<const std::uint8_t> labels,
                 const std::vector<double>& w) {
  const std::size_t n = w.size();
  Quadratic q{loss_at(z, labels, w), w, FeatureRows(n, std::vector<double>(n))};
  q.gradient.back() = 0;
  // b has no penalty; the tiny one keeps the matrix definite where all rows are certain.
  for (std::size_t j = 0; j < n; ++j) q.hessian[j][j] = j + 1 < n ? 1 : 1e-12;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double p = 1 / (1 + std::exp(-dot(z[i], w)));
    for (std::size_t j = 0; j < n; ++j) {
      q.gradient[j] += (p - labels[i]) * z[i][j];
      for (std::size_t k = 0; k <= j; ++k) q.hessian[j][k] += p * (1 - p) * z[i][j] * z[i][k];
    }
  }
  return q;
}

std::vector<double> minimise(const FeatureRows& z, std::span<const std::uint8_t> labels,
                             std::size_t weights) {
  constexpr int kSteps = 100, kHalvings = 40;
  constexpr double kSmallStep = 1e-10;
  std::vector<double> w(weights);
  for (int step = 0; step < kSteps; ++step) {
    const Quadratic q = expand(z, labels, w);
    const std::vector<double> direction = solve(q.hessian, q.gradient);
    double factor = 1;
    std::vector<double> next;
    for (int halving = 0; halving < kHalvings; ++halving, factor /= 2) {
      next = w;
      for (std::size_t j = 0; j < w.size(); ++j) next[j] -= factor * direction[j];
      if (loss_at(z, labels, next) <= q.value) break;
    }
    w = next;
    if (factor * std::sqrt(dot(direction, direction)) < kSmallStep) break;
  }
  return w;
}

}  // namespace

LogisticRegression::LogisticRegression(const FeatureRows& rows,
                                       std::span<const std::uint8_t> labels) {
  if (rows.empty() || rows.size() != labels.size())
    throw_shape_error("{} rows of features for {} labels", rows.size(), labels.size());
  const std::size_t features = rows[0].size();
  for (const std::vector<double>& row : rows)
    if (row.size() != features)
      throw_shape_error("a row of {} features among rows of {}", row.size(), features);
  const auto n = static_cast<double>(rows.size());
  mean_.resize(features);
  deviation_.resize(features);
  for (std::size_t j = 0; j < features; ++j) {
    for (const std::vector<double>& row : rows) mean_[j] += row[j] / n;
    double variance = 0;
    for (const std::vector<double>& row : rows)
      variance += (row[j] - mean_[j]) * (row[j] - mean_[j]) / n;
    // Equal values leave a rounding error of their mean, which is no difference.
    const bool differs = std::sqrt(variance) > 1e-9 * std::abs(mean_[j]);
    deviation_[j] = differs ? std::sqrt(variance) : 1;
  }
  FeatureRows z;
  for (const std::vector<double>& row : rows) z.push_back(standardised(row));
  weights_ = minimise(z, labels, features + 1);
}

std::vector<double> LogisticRegression::standardised(std::span<const double> row) const {
  if (row.size() != mean_.size())
    throw_shape_error("a row of {} features where {} are needed", row.size(), mean_.size());
  std::vector<double> z;
  for (std::size_t j = 0; j < row.size(); ++j) z.push_back((row[j] - mean_[j]) / deviation_[j]);
  z.push_back(1);
  return z;
}

double LogisticRegression::score(std::span<const double> row) const {
  return dot(standardised(row), weights_);
}

}  // namespace nanopneumo

#include "train/intervals.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// C(n, k) / 2^n for k <= n/2. The halvings are spread over the product, so neither part leaves the
/// range of double before the result does.
double fair_binomial_probability(std::int64_t n, std::int64_t k) {
  double probability = 1;
  std::int64_t halvings = n;
  for (std::int64_t i = 1; i <= k; ++i) {
    probability *= static_cast<double>(n - k + i) / static_cast<double>(i);
    for (; probability > 1 && halvings > 0; --halvings) probability /= 2;
  }
  return probability * std::exp2(-static_cast<double>(halvings));
}

}  // namespace

Interval wilson_interval(std::int64_t successes, std::int64_t n) {
  if (n <= 0 || successes < 0 || successes > n)
    throw_shape_error("wilson_interval: {} successes of {}", successes, n);
  const double trials = static_cast<double>(n), p = static_cast<double>(successes) / trials;
  const double z2 = kNormal975 * kNormal975;
  const double center = p + z2 / (2 * trials);
  const double half_width =
      kNormal975 * std::sqrt(p * (1 - p) / trials + z2 / (4 * trials * trials));
  const double scale = 1 / (1 + z2 / trials);
  // At the ends the bound is exactly 0 or 1; rounding must not put it a hair beside.
  return {successes == 0 ? 0 : scale * (center - half_width),
          successes == n ? 1 : scale * (center + half_width)};
}

double mcnemar_exact(std::int64_t only_first_right, std::int64_t only_second_right) {
  if (only_first_right < 0 || only_second_right < 0)
    throw_shape_error("mcnemar_exact: counts {} and {}", only_first_right, only_second_right);
  const std::int64_t n = only_first_right + only_second_right;
  const std::int64_t fewer = std::min(only_first_right, only_second_right);
  if (2 * fewer == n) return 1;
  // P(X <= fewer), from the largest term down: C(n, i-1) = C(n, i) i / (n - i + 1).
  double term = fair_binomial_probability(n, fewer), tail = term;
  for (std::int64_t i = fewer; i > 0; --i) {
    term *= static_cast<double>(i) / static_cast<double>(n - i + 1);
    tail += term;
  }
  return std::min(1.0, 2 * tail);
}

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  for (const double p : p_values)
    if (!(p >= 0 && p <= 1)) throw_shape_error("holm_adjusted: a p-value of {}", p);
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto hypotheses_left = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, hypotheses_left * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

}  // namespace nanopneumo

// Confidence intervals and tests for counts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace nanopneumo {

/// The 97.5 % point of the standard normal distribution: half of a two-sided 95 % interval.
inline constexpr double kNormal975 = 1.959963984540054;

struct Interval {
  double low, high;
};

/// What of it lies in [0, 1]: a normal approximation knows nothing of the ends of the scale.
inline Interval within_unit(const Interval& i) {
  return {std::max(i.low, 0.0), std::min(i.high, 1.0)};
}

/// The 95 % score interval for a proportion of `successes` among `n` (Wilson 1927), without
/// continuity correction. It stays within [0, 1] and is sensible for 0 of n. ShapeError unless 0 <=
/// successes <= n and n > 0.
Interval wilson_interval(std::int64_t successes, std::int64_t n);

/// The two-sided p-value of the exact McNemar test: of the images on which two classifiers
/// disagree, the first alone was right on `only_first_right`, the second alone on
/// `only_second_right`; if neither is better the split is binomial with probability 1/2. 1 where
/// they never disagree. ShapeError for a negative count.
double mcnemar_exact(std::int64_t only_first_right, std::int64_t only_second_right);

/// Holm's step-down procedure (1979): p-values of several tests, adjusted so that calling those at
/// most alpha significant is wrong about any of them with probability alpha at most. In the order
/// given. ShapeError for a value outside [0, 1].
std::vector<double> holm_adjusted(std::span<const double> p_values);

}  // namespace nanopneumo

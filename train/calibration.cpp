#include "train/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/errors.h"
#include "train/scored_set.h"

namespace nanopneumo {

double brier_score(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  check_probabilities(scores, labels);
  double sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double error = scores[i] - labels[i];
    sum += error * error;
  }
  return sum / static_cast<double>(scores.size());
}

double log_loss(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  check_probabilities(scores, labels);
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  double sum = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double of_true_class = labels[i] ? scores[i] : 1 - scores[i];
    sum -= std::log(std::clamp(of_true_class, epsilon, 1 - epsilon));
  }
  return sum / static_cast<double>(scores.size());
}

double expected_calibration_error(std::span<const double> scores,
                                  std::span<const std::uint8_t> labels, int bins) {
  // |bin| * |mean label - mean score| = |positives - sum of scores|
  double sum = 0;
  for (const ReliabilityBin& bin : reliability_curve(scores, labels, bins))
    sum += std::abs(static_cast<double>(bin.positives) - bin.score_sum);
  return sum / static_cast<double>(scores.size());
}

std::vector<ReliabilityBin> reliability_curve(std::span<const double> scores,
                                              std::span<const std::uint8_t> labels, int bins) {
  check_probabilities(scores, labels);
  if (bins <= 0) throw_shape_error("reliability_curve: {} bins", bins);
  std::vector<ReliabilityBin> curve;
  for (int b = 0; b < bins; ++b)
    curve.push_back({.low = static_cast<double>(b) / bins, .high = (b + 1.0) / bins});
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const int b = std::max(0, static_cast<int>(std::ceil(scores[i] * bins)) - 1);
    ReliabilityBin& bin = curve[static_cast<std::size_t>(b)];
    ++bin.count;
    bin.positives += labels[i];
    bin.score_sum += scores[i];
  }
  return curve;
}

}  // namespace nanopneumo

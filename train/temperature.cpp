#include "train/temperature.h"

#include <algorithm>

#include "train/scored_set.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

/// d/da of sum log loss of sigmoid(a * logit): rises with a, for the loss is convex in a = 1 / T.
double slope(std::span<const double> logits, std::span<const std::uint8_t> labels, double a) {
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i)
    sum += (probability(a * logits[i]) - labels[i]) * logits[i];
  return sum;
}

}  // namespace

std::optional<double> fit_temperature(std::span<const double> logits,
                                      std::span<const std::uint8_t> labels) {
  check_scored_set(logits, labels);
  if (std::ranges::count(labels, 1) == 0 || std::ranges::count(labels, 0) == 0) return std::nullopt;
  double low = 1 / kHighestTemperature, high = 1 / kLowestTemperature;
  if (slope(logits, labels, low) >= 0) return kHighestTemperature;
  if (slope(logits, labels, high) <= 0) return kLowestTemperature;
  constexpr int kHalvings = 60;  // of an interval below 20: to the last bit of a double
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (slope(logits, labels, middle) < 0 ? low : high) = middle;
  }
  return 2 / (low + high);
}

std::vector<double> scaled_probabilities(std::span<const double> logits, double temperature) {
  std::vector<double> scores;
  for (const double logit : logits) scores.push_back(probability(logit / temperature));
  return scores;
}

}  // namespace nanopneumo

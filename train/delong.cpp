#include "train/delong.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "train/roc.h"
#include "train/scored_set.h"

namespace nanopneumo {
namespace {

/// For each positive image the share of negatives below it, for each negative the share of
/// positives above it; ties count half. In the order of the images. The mean of either is the AUC.
struct Placements {
  std::vector<double> positive, negative;
};

Placements placements_of(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  const std::vector<RocPoint> curve = roc_curve(scores, labels);
  const auto positives = static_cast<double>(curve.back().true_positives);
  const auto negatives = static_cast<double>(curve.back().false_positives);
  Placements placements;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto here =
        std::ranges::lower_bound(curve, scores[i], std::greater{}, &RocPoint::threshold);
    // The curve begins at +infinity: an image whose score that is stands on the second point.
    const auto point = here == curve.begin() ? here + 1 : here;
    const auto above = point - 1;
    if (labels[i])
      placements.positive.push_back(
          1 -
          static_cast<double>(above->false_positives + point->false_positives) / (2 * negatives));
    else
      placements.negative.push_back(
          static_cast<double>(above->true_positives + point->true_positives) / (2 * positives));
  }
  return placements;
}

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// The unbiased variance of the mean of `values`.
double variance_of_mean(std::span<const double> values) {
  const double center = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - center) * (value - center);
  const auto n = static_cast<double>(values.size());
  return squares / (n * (n - 1));
}

bool has_two_of_each(const Placements& placements) {
  return placements.positive.size() >= 2 && placements.negative.size() >= 2;
}

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
  std::vector<double> result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(a[i] - b[i]);
  return result;
}

}  // namespace

std::optional<DeLong> delong(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  const Placements placements = placements_of(scores, labels);
  if (!has_two_of_each(placements)) return std::nullopt;
  const double auc = roc_auc(scores, labels).value();
  const double standard_error =
      std::sqrt(variance_of_mean(placements.positive) + variance_of_mean(placements.negative));
  const double half_width = kNormal975 * standard_error;
  return DeLong{standard_error, {auc - half_width, auc + half_width}};
}

std::optional<DeLongTest> delong_test(std::span<const double> first_scores,
                                      std::span<const double> second_scores,
                                      std::span<const std::uint8_t> labels) {
  const Placements first = placements_of(first_scores, labels);
  const Placements second = placements_of(second_scores, labels);
  if (!has_two_of_each(first)) return std::nullopt;
  // The paper's variances less covariances are the variance of the placements' differences.
  const double difference =
      roc_auc(first_scores, labels).value() - roc_auc(second_scores, labels).value();
  const double standard_error =
      std::sqrt(variance_of_mean(differences(first.positive, second.positive)) +
                variance_of_mean(differences(first.negative, second.negative)));
  if (difference == 0) return DeLongTest{0, standard_error, 1};
  if (standard_error == 0) return std::nullopt;
  // P(|Z| > z) = erfc(z / sqrt(2)) for a standard normal Z
  const double z = std::abs(difference) / standard_error;
  return DeLongTest{difference, standard_error, std::erfc(z / std::sqrt(2.0))};
}

}  // namespace nanopneumo

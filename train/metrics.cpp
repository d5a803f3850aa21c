#include "train/metrics.h"

#include "train/roc.h"
#include "train/scored_set.h"

namespace nanopneumo {
namespace {

std::optional<double> share(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::optional<double> ConfusionMatrix::accuracy() const {
  return share(true_positives + true_negatives, n());
}

std::optional<double> ConfusionMatrix::sensitivity() const {
  return share(true_positives, positives());
}

std::optional<double> ConfusionMatrix::specificity() const {
  return share(true_negatives, negatives());
}

std::optional<double> ConfusionMatrix::precision() const {
  return share(true_positives, true_positives + false_positives);
}

std::optional<double> ConfusionMatrix::f1() const {
  return share(2 * true_positives, 2 * true_positives + false_positives + false_negatives);
}

ConfusionMatrix confusion_matrix(std::span<const double> scores,
                                 std::span<const std::uint8_t> labels, double threshold) {
  check_scored_set(scores, labels);
  ConfusionMatrix matrix;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool called_positive = scores[i] >= threshold;
    if (labels[i])
      ++(called_positive ? matrix.true_positives : matrix.false_negatives);
    else
      ++(called_positive ? matrix.false_positives : matrix.true_negatives);
  }
  return matrix;
}

Disagreements disagreements(std::span<const double> first_scores,
                            std::span<const double> second_scores,
                            std::span<const std::uint8_t> labels) {
  check_scored_set(first_scores, labels);
  check_scored_set(second_scores, labels);
  Disagreements counts;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool truth = labels[i] == 1;
    const bool first_right = (first_scores[i] >= kDecisionThreshold) == truth;
    const bool second_right = (second_scores[i] >= kDecisionThreshold) == truth;
    if (first_right && !second_right) ++counts.only_first_right;
    if (second_right && !first_right) ++counts.only_second_right;
  }
  return counts;
}

Metrics evaluate_scores(std::span<const double> scores, std::span<const std::uint8_t> labels,
                        double threshold) {
  const ConfusionMatrix confusion = confusion_matrix(scores, labels, threshold);
  return {.confusion = confusion,
          .accuracy = confusion.accuracy().value(),
          .auc = roc_auc(scores, labels),
          .sensitivity = confusion.sensitivity(),
          .specificity = confusion.specificity(),
          .precision = confusion.precision(),
          .f1 = confusion.f1()};
}

}  // namespace nanopneumo

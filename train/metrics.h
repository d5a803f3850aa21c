// What a classifier got right and wrong at a threshold, and the bundle of figures the trainer
// reports. See also roc.h (rankings), calibration.h (probabilities) and intervals.h (uncertainty).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace nanopneumo {

/// The probability from which on an image is called pneumonia.
inline constexpr double kDecisionThreshold = 0.5;

/// Counts of images by true class (1 = pneumonia) and decision.
struct ConfusionMatrix {
  std::int64_t true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;
  bool operator==(const ConfusionMatrix&) const = default;

  std::int64_t positives() const { return true_positives + false_negatives; }
  std::int64_t negatives() const { return true_negatives + false_positives; }
  std::int64_t n() const { return positives() + negatives(); }

  /// Shares between 0 and 1; nothing where the denominator is zero.
  std::optional<double> accuracy() const;     ///< (tp + tn) / n
  std::optional<double> sensitivity() const;  ///< tp / positives, also called recall
  std::optional<double> specificity() const;  ///< tn / negatives
  std::optional<double> precision() const;    ///< tp / (tp + fp)
  std::optional<double> f1() const;           ///< 2 tp / (2 tp + fp + fn)
};

/// An image is called positive where score >= threshold. Errors: see check_scored_set
/// (scored_set.h).
ConfusionMatrix confusion_matrix(std::span<const double> scores,
                                 std::span<const std::uint8_t> labels,
                                 double threshold = kDecisionThreshold);

/// The images on which exactly one of two classifiers is right: what mcnemar_exact (intervals.h)
/// asks for.
struct Disagreements {
  std::int64_t only_first_right = 0, only_second_right = 0;
};

/// Both classifiers decide at kDecisionThreshold about the same images. Errors: see
/// check_scored_set (scored_set.h).
Disagreements disagreements(std::span<const double> first_scores,
                            std::span<const double> second_scores,
                            std::span<const std::uint8_t> labels);

/// The figures of one evaluation, all over the whole set.
struct Metrics {
  ConfusionMatrix confusion;  ///< at the threshold
  double accuracy = 0;
  std::optional<double> auc, sensitivity, specificity, precision, f1;
};

/// Errors: see check_scored_set (scored_set.h).
Metrics evaluate_scores(std::span<const double> scores, std::span<const std::uint8_t> labels,
                        double threshold = kDecisionThreshold);

}  // namespace nanopneumo

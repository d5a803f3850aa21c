// What can be said of a ranking without choosing a threshold: the ROC curve and what is read from
// it.
//
// `scores` may be on any scale (larger = more likely pneumonia), `labels` are 0 or 1; see
// check_scored_set (scored_set.h) for the errors. Everything is over the whole set at once: an AUC
// averaged over batches is another, wrong number.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace nanopneumo {

/// The images with score >= threshold: how many of them are positive and how many negative.
struct RocPoint {
  double threshold;
  std::int64_t true_positives, false_positives;
};

/// One point for each distinct score, from the highest down, after a first one at +infinity where
/// nothing is called positive. O(n log n).
std::vector<RocPoint> roc_curve(std::span<const double> scores,
                                std::span<const std::uint8_t> labels);

/// P(score of a positive > score of a negative) + P(equal) / 2: the area under the ROC curve.
/// Nothing where one class is absent.
std::optional<double> roc_auc(std::span<const double> scores, std::span<const std::uint8_t> labels);

/// sum_k (recall_k - recall_{k-1}) precision_k over the distinct scores, without interpolation, as
/// sklearn.metrics.average_precision_score. Nothing where one class is absent.
std::optional<double> average_precision(std::span<const double> scores,
                                        std::span<const std::uint8_t> labels);

/// The threshold that maximises J = sensitivity + specificity - 1 (Youden 1950).
struct YoudenPoint {
  double threshold;  ///< +infinity where calling nothing positive is best
  double j, sensitivity, specificity;
};

/// The highest such threshold among equals. Nothing where one class is absent.
std::optional<YoudenPoint> youden_point(std::span<const double> scores,
                                        std::span<const std::uint8_t> labels);

/// A threshold and what is reached by calling everything from it on positive.
struct OperatingPoint {
  double threshold, sensitivity, specificity;
};

/// The highest threshold whose sensitivity is at least `sensitivity`, so the largest specificity
/// that this costs. Nothing where one class is absent. ShapeError unless 0 < sensitivity <= 1.
std::optional<OperatingPoint> point_at_sensitivity(std::span<const double> scores,
                                                   std::span<const std::uint8_t> labels,
                                                   double sensitivity);

}  // namespace nanopneumo

// How far scores can be read as probabilities.
//
// `scores` are probabilities in [0, 1], `labels` 0 or 1; see check_probabilities (scored_set.h) for
// the errors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nanopneumo {

/// mean (score - label)^2 (Brier 1950).
double brier_score(std::span<const double> scores, std::span<const std::uint8_t> labels);

/// -mean log(probability given to the true class), with probabilities kept at least 2^-52 away from
/// 0 and 1, as sklearn.metrics.log_loss does for float64.
double log_loss(std::span<const double> scores, std::span<const std::uint8_t> labels);

/// Expected calibration error (Guo et al. 2017, equation 3) of the probability of class 1: over
/// `bins` equal bins (b/bins, (b+1)/bins], the first with 0, sum |bin| / n * |mean label - mean
/// score|. ShapeError unless bins > 0.
double expected_calibration_error(std::span<const double> scores,
                                  std::span<const std::uint8_t> labels, int bins = 15);

/// One bin (low, high] of a reliability diagram.
struct ReliabilityBin {
  double low, high;
  std::int64_t count = 0, positives = 0;
  double score_sum = 0;

  double mean_score() const { return score_sum / static_cast<double>(count); }
  double positive_share() const {
    return static_cast<double>(positives) / static_cast<double>(count);
  }
};

/// The bins of expected_calibration_error, empty ones too: where the share of positives is the mean
/// score, scores can be read as probabilities. ShapeError unless bins > 0.
std::vector<ReliabilityBin> reliability_curve(std::span<const double> scores,
                                              std::span<const std::uint8_t> labels, int bins = 15);

}  // namespace nanopneumo

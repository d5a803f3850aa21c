// The figures of one run's best epoch, with their uncertainty.
#pragma once

#include <optional>
#include <span>

#include "tools/report/run_record.h"
#include "train/intervals.h"

namespace nanopneumo::report {

/// A figure with its 95 % interval; either may be undefined.
struct Estimate {
  std::optional<double> value;
  std::optional<Interval> interval;
};

/// At kDecisionThreshold.
struct Evaluation {
  ConfusionMatrix confusion{};
  Estimate accuracy{}, sensitivity{}, specificity{}, precision{};  ///< Wilson's intervals
  Estimate auc{};                                                  ///< DeLong's
  Estimate f1{}, pr_auc{}, brier{};                                ///< percentiles of the bootstrap
  std::optional<double> calibration_error{};                       ///< expected_calibration_error
};

/// Cells of a table: the figure, as percent or as a decimal, with its interval below.
std::string share_cell(const Estimate& e);
std::string unit_cell(const Estimate& e);

/// Errors: see check_probabilities (scored_set.h).
Evaluation evaluate(std::span<const double> scores, std::span<const std::uint8_t> labels);

/// The best epoch on the validation images. What needs a score for each image is undefined for a
/// run without predictions.
Evaluation evaluate(const RunRecord& run);

}  // namespace nanopneumo::report

// Metrics as text.
#pragma once

#include <string>
#include <vector>

#include "train/metrics.h"

namespace nanopneumo {

/// "accuracy 0.8974  AUC 0.9612  sensitivity 0.9744  specificity 0.7692".
std::string metrics_line(const Metrics& metrics);

/// Several lines: the figures with 95 % intervals, and the confusion matrix.
std::string metrics_report(std::span<const double> scores, std::span<const std::uint8_t> labels,
                           const std::vector<std::string>& classes,
                           double threshold = kDecisionThreshold);

}  // namespace nanopneumo

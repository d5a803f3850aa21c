#include "tools/report_metrics.h"

#include <fmt/format.h>

#include <algorithm>

#include "train/calibration.h"
#include "train/delong.h"
#include "train/intervals.h"
#include "train/roc.h"

namespace nanopneumo {
namespace {

std::string decimal(const std::optional<double>& value) {
  return value ? fmt::format("{:.4f}", *value) : "undefined";
}

std::string proportion_line(const char* name, std::int64_t successes, std::int64_t n) {
  if (n == 0) return fmt::format("{:<18} undefined\n", name);
  const Interval i = wilson_interval(successes, n);
  return fmt::format("{:<18} {:.4f}  ({} of {}; 95 % interval {:.4f} to {:.4f})\n", name,
                     static_cast<double>(successes) / static_cast<double>(n), successes, n, i.low,
                     i.high);
}

}  // namespace

std::string metrics_line(const Metrics& m) {
  return fmt::format("accuracy {:.4f}  AUC {}  sensitivity {}  specificity {}", m.accuracy,
                     decimal(m.auc), decimal(m.sensitivity), decimal(m.specificity));
}

std::string metrics_report(std::span<const double> scores, std::span<const std::uint8_t> labels,
                           const std::vector<std::string>& classes, double threshold) {
  const Metrics m = evaluate_scores(scores, labels, threshold);
  const ConfusionMatrix& c = m.confusion;
  std::string text = proportion_line("accuracy", c.true_positives + c.true_negatives, c.n());
  text += proportion_line("sensitivity", c.true_positives, c.positives());
  text += proportion_line("specificity", c.true_negatives, c.negatives());
  text +=
      fmt::format("{:<18} {}\n{:<18} {}\n", "precision", decimal(m.precision), "F1", decimal(m.f1));
  text += fmt::format("{:<18} {}", "ROC AUC", decimal(m.auc));
  if (const auto d = delong(scores, labels)) {
    const Interval i = within_unit(d->interval95);
    text += fmt::format("  (95 % interval {:.4f} to {:.4f}, DeLong)", i.low, i.high);
  }
  text +=
      fmt::format("\n{:<18} {}\n", "average precision", decimal(average_precision(scores, labels)));
  text += fmt::format("{:<18} {:.4f}\n{:<18} {:.4f}\n{:<18} {:.4f}\n", "log loss",
                      log_loss(scores, labels), "Brier score", brier_score(scores, labels),
                      "calibration error", expected_calibration_error(scores, labels));
  const std::size_t width = std::max({classes[0].size(), classes[1].size(), std::size_t{9}});
  text += fmt::format("\n{:<{}}  {:>{}}  {:>{}}\n", "true \\ called", width + 5, classes[0], width,
                      classes[1], width);
  text += fmt::format("{:<{}}  {:>{}}  {:>{}}\n", classes[0], width + 5, c.true_negatives, width,
                      c.false_positives, width);
  text += fmt::format("{:<{}}  {:>{}}  {:>{}}\n", classes[1], width + 5, c.false_negatives, width,
                      c.true_positives, width);
  return text;
}

}  // namespace nanopneumo

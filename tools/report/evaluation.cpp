#include "tools/report/evaluation.h"

#include "tools/report/figures.h"
#include "train/bootstrap.h"
#include "train/calibration.h"
#include "train/delong.h"
#include "train/roc.h"

namespace nanopneumo::report {
namespace {

using Scores = std::span<const double>;
using Labels = std::span<const std::uint8_t>;

Estimate proportion(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return {};
  return {static_cast<double>(part) / static_cast<double>(whole), wilson_interval(part, whole)};
}

Estimate bootstrapped(Scores scores, Labels labels, const Statistic& statistic) {
  return {statistic(scores, labels), bootstrap_interval(scores, labels, statistic)};
}

/// What counts and the AUC tell.
Evaluation of_counts(const ConfusionMatrix& c, std::optional<double> auc) {
  return {.confusion = c,
          .accuracy = proportion(c.true_positives + c.true_negatives, c.n()),
          .sensitivity = proportion(c.true_positives, c.positives()),
          .specificity = proportion(c.true_negatives, c.negatives()),
          .precision = proportion(c.true_positives, c.true_positives + c.false_positives),
          .auc = {auc, {}},
          .f1 = {c.f1(), {}}};
}

}  // namespace

std::string share_cell(const Estimate& e) {
  return e.interval ? with_range(percent(e.value), percent_range(*e.interval)) : percent(e.value);
}

std::string unit_cell(const Estimate& e) {
  return e.interval ? with_range(decimal(e.value), unit_range(*e.interval)) : decimal(e.value);
}

Evaluation evaluate(Scores scores, Labels labels) {
  Evaluation e = of_counts(confusion_matrix(scores, labels), roc_auc(scores, labels));
  if (const auto uncertainty = delong(scores, labels))
    e.auc.interval = within_unit(uncertainty->interval95);
  e.f1 =
      bootstrapped(scores, labels, [](Scores s, Labels l) { return confusion_matrix(s, l).f1(); });
  e.pr_auc = bootstrapped(scores, labels, average_precision);
  e.brier = bootstrapped(scores, labels,
                         [](Scores s, Labels l) { return std::optional(brier_score(s, l)); });
  // Without an interval: a resampled set is worse calibrated than the set itself, so its
  // percentiles would lie too high.
  e.calibration_error = expected_calibration_error(scores, labels);
  return e;
}

Evaluation evaluate(const RunRecord& run) {
  if (run.predictions) return evaluate(run.predictions->probabilities(), run.predictions->labels);
  return of_counts(run.best_epoch().validation, run.best_epoch().validation_auc);
}

}  // namespace nanopneumo::report

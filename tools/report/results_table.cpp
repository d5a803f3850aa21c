// The results, run by run and model by model, beside the paper's.
#include <fmt/format.h>

#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/paper.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {
namespace {

/// What a reader has to know of a run before believing its figures.
std::string marks(const RunRecord& run) {
  std::string text;
  if (run.on_phantoms()) text += "<br><small>phantoms</small>";
  if (run.has_random_backbone()) text += "<br><small>random backbone</small>";
  if (run.is_shorter() && !run.config.early_stopping)
    text += fmt::format("<br><small>interrupted: {} of {} epochs</small>", run.epochs.size(),
                        run.config.epochs);
  return text;
}

std::string paper_cell(const RunRecord& run) {
  const auto paper = paper_result(run.config.model);
  if (!paper) return "–";
  const double share =
      static_cast<double>(paper->right) / static_cast<double>(kPaperValidationImages);
  const Interval interval = wilson_interval(paper->right, kPaperValidationImages);
  return with_range(percent(share, 2),
                    percent_range(interval) + (run.on_phantoms() ? "<br>(on X-rays)" : ""));
}

std::string runs_table(const Report& report) {
  HtmlTable table(
      "Best epoch of each run on its validation images at threshold 0.5; below each figure its 95 "
      "% "
      "interval",
      {"Run", "Epoch", "Images", "Accuracy", "Paper", "AUC", "PR AUC", "Sensitivity", "Specificity",
       "Precision", "F1"});
  for (const RunGroup& group : report.groups)
    for (const RunRecord& run : group.runs) {
      const Evaluation e = evaluate(run);
      table.add({escape(name_of_run(group, run)) + marks(run),
                 fmt::format("{} of {}", run.best_epoch().number, run.epochs.size()),
                 whole(e.confusion.n()), share_cell(e.accuracy), paper_cell(run), unit_cell(e.auc),
                 unit_cell(e.pr_auc), share_cell(e.sensitivity), share_cell(e.specificity),
                 share_cell(e.precision), unit_cell(e.f1)});
    }
  return table.html();
}

std::string spread_cell(const Spread& s, bool as_percent) {
  return as_percent ? with_range(percent(s.mean), percent_range({s.low, s.high}))
                    : with_range(decimal(s.mean), unit_range({s.low, s.high}));
}

/// Mean and range over seeds and folds; "" where no model was trained with several.
std::string seeds_table(const Report& report) {
  HtmlTable table("Models trained several times: mean, below it the smallest and the largest",
                  {"Model", "Runs", "Accuracy", "AUC", "Sensitivity", "Specificity"});
  bool any = false;
  for (const RunGroup& group : report.groups) {
    if (group.runs.size() < 2) continue;
    any = true;
    std::vector<double> accuracy, auc, sensitivity, specificity;
    for (const RunRecord& run : group.runs) {
      const ConfusionMatrix& c = run.best_epoch().validation;
      accuracy.push_back(c.accuracy().value_or(0));
      if (const auto value = run.best_epoch().validation_auc) auc.push_back(*value);
      if (const auto value = c.sensitivity()) sensitivity.push_back(*value);
      if (const auto value = c.specificity()) specificity.push_back(*value);
    }
    const auto cell = [](const std::vector<double>& values, bool as_percent) {
      return values.empty() ? "–" : spread_cell(spread_of(values), as_percent);
    };
    table.add({escape(group.title) + marks(group.first()), std::to_string(group.runs.size()),
               cell(accuracy, true), cell(auc, false), cell(sensitivity, true),
               cell(specificity, true)});
  }
  return any ? table.html() : "";
}

}  // namespace

std::optional<Section> results_section(const Report& report) {
  return Section{
      "results", "Results",
      runs_table(report) + seeds_table(report) + without_predictions_note(report) +
          "<p>Intervals: Wilson for shares, DeLong for the AUC, percentiles of 1,000 bootstrap "
          "replicates for PR AUC and F1. The best epoch was chosen by looking at these images, "
          "as in the paper; that flatters a little, and the intervals do not know of it. The "
          "paper's accuracies are of 624 images; it gives no number for the other five "
          "models.</p>\n"};
}

}  // namespace nanopneumo::report

// What other thresholds than 0.5 would give.
#include <fmt/format.h>

#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"
#include "train/roc.h"

namespace nanopneumo::report {

std::optional<Section> thresholds_section(const Report& report) {
  HtmlTable table(
      "Thresholds chosen on the validation images themselves; Youden: the largest sensitivity + "
      "specificity",
      {"Run", "Choice", "Threshold", "Sensitivity", "Specificity"});
  bool any = false;
  for (const RunGroup* group : groups_with_predictions(report)) {
    const RunRecord& run = group->first();
    const std::vector<double> scores = run.predictions->probabilities();
    const auto& labels = run.predictions->labels;
    const auto add = [&](const char* choice, double threshold, std::optional<double> sensitivity,
                         std::optional<double> specificity) {
      any = true;
      table.add({escape(name_of_run(*group, run)), choice, threshold_text(threshold),
                 percent(sensitivity), percent(specificity)});
    };
    const ConfusionMatrix& c = run.best_epoch().validation;
    add("0.5", kDecisionThreshold, c.sensitivity(), c.specificity());
    if (const auto y = youden_point(scores, labels))
      add("Youden", y->threshold, y->sensitivity, y->specificity);
    for (const auto& [target, name] :
         {std::pair(0.95, "finds 95 %"), std::pair(0.99, "finds 99 %")})
      if (const auto p = point_at_sensitivity(scores, labels, target))
        add(name, p->threshold, p->sensitivity, p->specificity);
  }
  if (!any) return std::nullopt;
  return Section{
      "thresholds", "Choice of threshold",
      table.html() + note("A threshold that was chosen on the images it is then measured on looks "
                          "better than it is. Before use it has to be measured on others.")};
}

}  // namespace nanopneumo::report

// What several runs say together.
#include <algorithm>

#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {
namespace {

/// The mean of the runs' probabilities for each image; nothing where they did not judge the same ones.
std::optional<Evaluation> ensemble(const std::vector<const RunRecord*>& runs) {
  if (runs.size() < 2 || !runs.front()->predictions) return std::nullopt;
  const RunRecord& first = *runs.front();
  std::vector<double> mean(first.predictions->size(), 0);
  for (const RunRecord* run : runs) {
    if (!run->predictions || !run->predictions->same_images(*first.predictions) ||
        !share_names(*run, first))
      return std::nullopt;
    const std::vector<double> scores = run->predictions->probabilities();
    for (std::size_t i = 0; i < mean.size(); ++i)
      mean[i] += scores[i] / static_cast<double>(runs.size());
  }
  for (double& score : mean) score = std::min(score, 1.0);  // a sum of shares may be rounded up
  return evaluate(mean, first.predictions->labels);
}

}  // namespace

std::optional<Section> ensembles_section(const Report& report) {
  HtmlTable table(
      "Ensembles on the validation images at threshold 0.5, with 95 % intervals",
      {"Ensemble", "Runs", "Accuracy", "AUC", "Sensitivity", "Specificity", "F1", "Brier score"});
  bool any = false;
  const auto add = [&](const std::string& name, const std::vector<const RunRecord*>& runs) {
    const auto e = ensemble(runs);
    if (!e) return;
    any = true;
    table.add({name, whole(std::ssize(runs)), share_cell(e->accuracy), unit_cell(e->auc),
               share_cell(e->sensitivity), share_cell(e->specificity), unit_cell(e->f1),
               unit_cell(e->brier)});
  };
  std::vector<const RunRecord*> all;
  for (const RunGroup& group : report.groups) {
    std::vector<const RunRecord*> seeds;
    for (const RunRecord& run : group.runs) seeds.push_back(&run);
    add(escape(group.title) + ", all seeds", seeds);
    all.insert(all.end(), seeds.begin(), seeds.end());
  }
  if (report.groups.size() > 1) add("all models", all);
  if (!any) return std::nullopt;
  return Section{"ensembles", "Ensembles",
                 table.html() +
                     "<p>The score of an ensemble is the mean of its runs' probabilities "
                     "(<code>evaluate RUN --with RUN</code> measures one on other images). Each "
                     "run's best epoch was chosen on these images.</p>\n"};
}

}  // namespace nanopneumo::report

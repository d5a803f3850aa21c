// Models of which each fold was validated by a network that had not seen it.
#include <fmt/format.h>

#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {
namespace {

/// Mean and range of the folds' AUC: scores of different networks have no common scale.
std::string auc_cell(const RunGroup& group) {
  std::vector<double> values;
  for (const RunRecord& run : group.runs)
    if (run.config.seed == group.first().config.seed)
      if (const auto auc = run.best_epoch().validation_auc) values.push_back(*auc);
  if (values.empty()) return decimal({});
  const Spread s = spread_of(values);
  return with_range(decimal(s.mean), unit_range({s.low, s.high}));
}

std::string folds_cell(const RunGroup& group) {
  std::int64_t trained = 0;
  for (const RunRecord& run : group.runs) trained += run.config.seed == group.first().config.seed;
  return fmt::format("{} of {}", trained, group.first().config.protocol.folds);
}

}  // namespace

std::optional<Section> cross_validation_section(const Report& report) {
  HtmlTable table(
      "All folds of the lowest seed together: each image judged by the network that did not learn "
      "from its patient; shares with Wilson's 95 % intervals, the AUC as mean and range of the "
      "folds'",
      {"Model", "Folds", "Images", "Accuracy", "Sensitivity", "Specificity", "Precision",
       "AUC of the folds"});
  bool any = false;
  for (const RunGroup& group : report.groups) {
    const auto judged = group.is_cross_validated() ? group.judged() : std::nullopt;
    if (!judged) continue;
    any = true;
    const Evaluation e = evaluate(judged->probabilities(), judged->labels);
    table.add({escape(group.title), folds_cell(group), whole(e.confusion.n()),
               share_cell(e.accuracy), share_cell(e.sensitivity), share_cell(e.specificity),
               share_cell(e.precision), auc_cell(group)});
  }
  if (!any) return std::nullopt;
  return Section{
      "folds", "Cross-validation",
      table.html() +
          "<p>Folds are dealt by patient and class. The networks of two folds share most of their "
          "training images, so the intervals are somewhat too narrow; and each fold chose its best "
          "epoch on the images that judge it.</p>\n"};
}

}  // namespace nanopneumo::report

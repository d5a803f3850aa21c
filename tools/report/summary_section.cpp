// The answer first.
#include <fmt/format.h>

#include <algorithm>

#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/sections.h"

namespace nanopneumo::report {
namespace {

double mean_accuracy(const RunGroup& group) { return spread_of(group.accuracies()).mean; }

std::string tile(const RunGroup& group) {
  const bool has_folds = group.is_cross_validated() && group.judged();
  const Evaluation e = has_folds ? evaluate(group.judged()->probabilities(), group.judged()->labels)
                                 : evaluate(group.first());
  const std::string interval =
      e.accuracy.interval ? percent_range(*e.accuracy.interval) : std::string("undefined");
  const std::string seeds =
      has_folds ? fmt::format(
                      "mean of {} runs; {} images of seed {}'s folds together: {}, 95 % "
                      "interval {}",
                      group.runs.size(), whole(e.confusion.n()), group.first().config.seed,
                      percent(e.accuracy.value), interval)
      : group.runs.size() > 1
          ? fmt::format("mean of {} seeds; seed {}: {}, 95 % interval {}", group.runs.size(),
                        group.first().config.seed, percent(e.accuracy.value), interval)
          : fmt::format("95 % interval {}", interval);
  return fmt::format(
      "<li>{}<b>{}</b><small>validation accuracy, best epoch; {}; AUC {}{}</small></li>\n",
      escape(group.title), percent(mean_accuracy(group)), seeds, decimal(e.auc.value),
      group.first().on_phantoms() ? "; phantoms" : "");
}

/// How many of the accuracy differences are more than chance.
std::string verdict(const Report& report) {
  const auto& pairs = report.comparisons.pairs;
  if (pairs.empty()) return "";
  const auto significant = std::ranges::count_if(
      pairs, [](const PairedComparison& p) { return p.mcnemar_adjusted < 0.05; });
  const std::string result = significant == 0                   ? "none differs"
                             : significant == std::ssize(pairs) ? "every one differs"
                             : significant == 1                 ? "one differs"
                                                : fmt::format("{} differ", significant);
  const auto overlapping = std::ranges::count_if(
      pairs, [](const PairedComparison& p) { return p.seeds_overlap.value_or(false); });
  const std::string seeds =
      overlapping == 0
          ? ""
          : fmt::format(
                " That is one seed against one: over all seeds the accuracies of {} of the pairs "
                "overlap, and there another seed may have turned the result.",
                overlapping);
  return fmt::format(
      "<p>Pairs of models that judged the same images: {}. In accuracy {} by more than chance "
      "explains (McNemar, adjusted p below 0.05): <a href=\"#tests\">the tests</a>.{}</p>\n",
      pairs.size(), result, seeds);
}

}  // namespace

std::optional<Section> summary_section(const Report& report) {
  std::vector<const RunGroup*> order;
  for (const RunGroup& group : report.groups) order.push_back(&group);
  std::ranges::stable_sort(order, std::greater{},
                           [](const RunGroup* group) { return mean_accuracy(*group); });
  std::string tiles;
  for (const RunGroup* group : order) tiles += tile(*group);
  return Section{"summary", "At a glance",
                 fmt::format("<ul class=\"tiles\">\n{}</ul>\n{}", tiles, verdict(report))};
}

}  // namespace nanopneumo::report

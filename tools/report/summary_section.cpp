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

/// "none of 3 pairs", "the one pair", "2 of 3 pairs".
std::string share_of_pairs(std::ptrdiff_t some, std::ptrdiff_t all) {
  return some == 0               ? fmt::format("none of {} pairs", all)
         : some == 1 && all == 1 ? "the one pair"
         : some == all           ? fmt::format("all {} pairs", all)
                                 : fmt::format("{} of {} pairs", some, all);
}

/// How many of the accuracy differences are more than chance.
std::string verdict(const Report& report) {
  const auto& pairs = report.comparisons.pairs;
  if (pairs.empty()) return "";
  const auto count = [&](auto what) {
    return share_of_pairs(std::ranges::count_if(pairs, what), std::ssize(pairs));
  };
  std::string text = fmt::format(
      "<p>On the same images, the accuracies of {} of models differ by more than chance explains "
      "(McNemar, adjusted p below 0.05): <a href=\"#tests\">the tests</a>.",
      count([](const PairedComparison& p) { return p.mcnemar_adjusted < 0.05; }));
  const auto overlap = [](const PairedComparison& p) { return p.seeds_overlap.value_or(false); };
  if (std::ranges::any_of(pairs, overlap))
    text += fmt::format(
        " That is one seed against one: over all seeds the accuracies of {} overlap, and there "
        "another seed may have turned the result.",
        count(overlap));
  return text + "</p>\n";
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

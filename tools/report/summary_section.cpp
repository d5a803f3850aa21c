// The answer first.
#include <fmt/format.h>

#include <algorithm>

#include "models/registry.h"
#include "tools/report/evaluation.h"
#include "tools/report/figures.h"
#include "tools/report/html.h"
#include "tools/report/paper.h"
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

/// What "the paper" is called beside figures that may be of other pictures.
std::string_view paper_name(const Report& report) {
  const bool on_phantoms = std::ranges::any_of(
      report.groups, [](const RunGroup& group) { return group.first().on_phantoms(); });
  return on_phantoms ? "The paper's, on X-rays" : "The paper's";
}

/// How far the networks with a backbone are above the CNN from scratch on average; "" where either is missing.
std::string transfer_gain(const Report& report) {
  std::vector<double> transfer, scratch;
  std::ptrdiff_t random = 0;
  for (const RunGroup& group : report.groups) {
    const bool is_backbone = find_architecture(group.first().config.model).is_backbone;
    (is_backbone ? transfer : scratch).push_back(mean_accuracy(group));
    if (group.first().has_random_backbone()) ++random;
  }
  if (transfer.empty() || scratch.empty()) return "";
  const double points = 100 * (spread_of(transfer).mean - spread_of(scratch).mean);
  std::string text = fmt::format(
      "<p>Transfer against training from scratch: {} with a backbone, {:+.2f} points of accuracy "
      "against the CNN{}. {}: seven, {:+.2f} points.",
      transfer.size() == 1 ? std::string("one network")
                           : fmt::format("mean of {} networks", transfer.size()),
      points, scratch.size() > 1 ? fmt::format(" (mean of {})", scratch.size()) : "",
      paper_name(report), kPaperTransferGain);
  if (random > 0)
    text += fmt::format(" The backbones of {} are random: nothing was transferred there.", random);
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
                 fmt::format("<ul class=\"tiles\">\n{}</ul>\n{}{}", tiles, transfer_gain(report),
                             verdict(report))};
}

}  // namespace nanopneumo::report

#include "tools/report/comparison.h"

#include <fmt/format.h>

#include "train/intervals.h"

namespace nanopneumo::report {
namespace {

std::optional<bool> seeds_overlap(const RunGroup& a, const RunGroup& b) {
  const auto has_seeds = [](const RunGroup& group) {
    return group.runs.size() > 1 && !group.is_cross_validated();
  };
  if (!has_seeds(a) || !has_seeds(b)) return std::nullopt;
  const Spread first = spread_of(a.accuracies()), second = spread_of(b.accuracies());
  return first.low <= second.high && second.low <= first.high;
}

PairedComparison compare(const RunGroup& a, const RunGroup& b) {
  const Predictions first = a.judged().value(), second = b.judged().value();
  const std::vector<double> first_scores = first.probabilities();
  const std::vector<double> second_scores = second.probabilities();
  PairedComparison pair{.first = a.title, .second = b.title};
  pair.disagreements = disagreements(first_scores, second_scores, first.labels);
  const auto [only_first, only_second] = pair.disagreements;
  pair.accuracy_difference =
      static_cast<double>(only_first - only_second) / static_cast<double>(first.size());
  pair.mcnemar = mcnemar_exact(only_first, only_second);
  pair.auc = delong_test(first_scores, second_scores, first.labels);
  pair.seeds_overlap = seeds_overlap(a, b);
  return pair;
}

void adjust(std::vector<PairedComparison>& pairs) {
  std::vector<double> mcnemar, auc;
  for (const PairedComparison& pair : pairs) {
    mcnemar.push_back(pair.mcnemar);
    if (pair.auc) auc.push_back(pair.auc->p_value);
  }
  const std::vector<double> adjusted = holm_adjusted(mcnemar), auc_adjusted = holm_adjusted(auc);
  std::size_t next_auc = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].mcnemar_adjusted = adjusted[i];
    if (pairs[i].auc) pairs[i].auc_adjusted = auc_adjusted[next_auc++];
  }
}

}  // namespace

Comparisons compare_groups(const std::vector<RunGroup>& groups) {
  Comparisons result;
  for (const RunGroup& group : groups)
    if (!group.judged())
      result.left_out.push_back(fmt::format(
          "{} has no predictions.csv, so it could not be compared image by image.", group.title));
  for (std::size_t i = 0; i < groups.size(); ++i)
    for (std::size_t j = i + 1; j < groups.size(); ++j) {
      const auto first = groups[i].judged(), second = groups[j].judged();
      if (!first || !second) continue;
      if (first->same_images(*second) && share_names(groups[i].first(), groups[j].first()))
        result.pairs.push_back(compare(groups[i], groups[j]));
      else
        result.left_out.push_back(
            fmt::format("{} and {} were validated on different images, so no paired test applies.",
                        groups[i].title, groups[j].title));
    }
  adjust(result.pairs);
  return result;
}

}  // namespace nanopneumo::report

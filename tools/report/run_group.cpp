#include "tools/report/run_group.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "models/registry.h"
#include "tensor/errors.h"

namespace nanopneumo::report {
namespace {

/// Equal for runs that differ in the seed, in the fold, in where they ran and in where their files lie.
std::string key_of(const RunRecord& run) {
  Config config = run.config;
  config.seed = 0;
  if (config.protocol.folds > 0) {
    config.protocol.fold = 0;
    config.protocol.split.clear();
  }
  return fingerprint(config) + (run.has_random_backbone() ? " random" : "") +
         fmt::format(" {} ", config.epochs) + (run.on_phantoms() ? "phantoms" : config.data);
}

std::string title_of(const RunRecord& run) {
  return std::string(find_architecture(run.config.model).title);
}

}  // namespace

std::optional<Predictions> RunGroup::judged() const {
  if (!is_cross_validated()) return first().predictions;
  struct Judgement {
    std::string name;
    std::uint8_t label;
    double logit;
  };
  std::vector<Judgement> all;
  for (const RunRecord& run : runs) {
    if (run.config.seed != first().config.seed) continue;
    if (!run.predictions) return std::nullopt;
    const Predictions& p = *run.predictions;
    for (std::size_t i = 0; i < p.size(); ++i)
      all.push_back({p.names[i], p.labels[i], p.logits[i]});
  }
  std::ranges::sort(all, {}, &Judgement::name);  // folds of several models are dealt alike
  Predictions judged;
  for (const Judgement& j : all) {
    judged.names.push_back(j.name);
    judged.labels.push_back(j.label);
    judged.logits.push_back(j.logit);
  }
  return judged;
}

std::vector<double> RunGroup::accuracies() const {
  std::vector<double> values;
  for (const RunRecord& run : runs)
    values.push_back(run.best_epoch().validation.accuracy().value_or(0));
  return values;
}

bool share_names(const RunRecord& a, const RunRecord& b) {
  return a.on_phantoms() == b.on_phantoms() && (!a.on_phantoms() || a.config.seed == b.config.seed);
}

std::vector<RunGroup> group_runs(std::vector<RunRecord> runs, Grouping grouping) {
  std::vector<RunGroup> groups;
  std::map<std::string, std::size_t> places;
  std::map<std::string, int> groups_of_title;
  for (RunRecord& run : runs) {
    std::size_t place = groups.size();
    if (grouping == Grouping::seeds_together)
      place = places.try_emplace(key_of(run), place).first->second;
    if (place == groups.size()) {
      groups.push_back({.title = title_of(run), .runs = {}});
      ++groups_of_title[groups.back().title];
    }
    groups[place].runs.push_back(std::move(run));
  }
  for (RunGroup& group : groups) {
    std::ranges::stable_sort(group.runs, {}, [](const RunRecord& r) {
      return std::pair(r.config.seed, r.config.protocol.fold);
    });
    if (groups_of_title[group.title] > 1) group.title += fmt::format(" ({})", group.first().name);
  }
  return groups;
}

Spread spread_of(const std::vector<double>& values) {
  if (values.empty()) throw_shape_error("the spread of no values");
  const auto [low, high] = std::ranges::minmax(values);
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {low, sum / static_cast<double>(values.size()), high};
}

}  // namespace nanopneumo::report

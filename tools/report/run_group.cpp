#include "tools/report/run_group.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "models/registry.h"
#include "tensor/errors.h"

namespace nanopneumo::report {
namespace {

/// Equal for runs that differ in the seed, in where they ran and in where their files lie.
std::string key_of(const RunRecord& run) {
  Config config = run.config;
  config.seed = 0;
  return fingerprint(config) + (run.has_random_backbone() ? " random" : "") +
         fmt::format(" {} ", config.epochs) + (run.on_phantoms() ? "phantoms" : config.data);
}

std::string title_of(const RunRecord& run) {
  return std::string(find_architecture(run.config.model).title);
}

}  // namespace

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
    std::ranges::stable_sort(group.runs, {}, [](const RunRecord& r) { return r.config.seed; });
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

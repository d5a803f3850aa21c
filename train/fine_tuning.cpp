#include "train/fine_tuning.h"

#include <cmath>

namespace nanopneumo {

std::vector<RateGroup> rate_groups(const Graph& graph, const Parameters<float>& parameters,
                                   int features, double head_rate, const FineTuning& tuning) {
  const std::vector<int> stage = stages(graph);
  const int last_stage = stage[static_cast<std::size_t>(features)];
  const auto factor = [&](int node) {
    if (node > features) return 1.0;
    const int below = last_stage - stage[static_cast<std::size_t>(node)];
    return tuning.learning_rate / head_rate * std::pow(tuning.rate_decay, below);
  };
  std::vector<RateGroup> groups;
  std::int64_t next = 0;
  for (const Parameter<float>& parameter : parameters.all()) {
    if (!parameter.trainable) continue;
    if (groups.empty() || groups.back().factor != factor(parameter.node))
      groups.push_back({.first = next, .size = 0, .factor = factor(parameter.node)});
    groups.back().size += parameter.variable.value.size();
    next += parameter.variable.value.size();
  }
  return groups;
}

}  // namespace nanopneumo

#include "train/fine_tuning.h"

#include <cmath>

namespace nanopneumo {
namespace {

void drop_branches_of(Graph& graph, int first, int features, const FineTuning& tuning) {
  if (drop_branches(graph, first, features) > 0) return;
  if (drop_branches(graph, 1, features) == 0)
    throw_input_error("{} has no blocks that training drops; leave --drop-connect away",
                      graph.name());
  throw_input_error(
      "--drop-connect {} is not possible: none of the blocks of {} that training drops is among "
      "what --fine-tune {} trains; train more layers, or leave --drop-connect away",
      tuning.drop_connect, graph.name(), tuning.layers);
}

}  // namespace

int unfreeze(Graph& graph, int features, const FineTuning& tuning) {
  const int first = first_fine_tuned(graph, features, tuning.layers);
  fine_tune(graph, first, features, tuning.batch_norm);
  if (tuning.drop_connect > 0) drop_branches_of(graph, first, features, tuning);
  return first;
}

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

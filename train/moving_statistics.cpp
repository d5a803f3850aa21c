#include "train/moving_statistics.h"

namespace nanopneumo {

MovingStatistics::MovingStatistics(const Graph& graph, const Parameters<float>& parameters) {
  for (const Parameter<float>& parameter : parameters.all()) {
    const Node& node = graph.nodes()[static_cast<std::size_t>(parameter.node)];
    if (parameter.trainable || node.frozen || node.inference) continue;
    const Tensor<float>& value = parameter.variable.value;
    Tensor<float> copy(value.device(), value.shape());
    copy.copy_from(value);
    saved_.emplace_back(value, std::move(copy));
  }
}

void MovingStatistics::restore() const {
  for (const auto& [value, copy] : saved_) value.copy_from(copy);
}

}  // namespace nanopneumo

#include "inside/feature_maps.h"

#include <map>

#include "layers/conv2d.h"
#include "models/fine_tuning.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

bool is_map(const Node& node) { return node.layer && node.output.rank() == 3; }

/// What a block ends with: an activation, alone or as part of a convolution, or branches put together.
bool is_feature_map(const Node& node) {
  if (!is_map(node) || node.output[0] * node.output[1] == 1) return false;
  if (const auto* conv = dynamic_cast<const Conv2D*>(node.layer.get()))
    return conv->options().activation != Activation::none;
  return node.layer->activation() != Activation::none || node.layer->class_name() == "Concatenate";
}

}  // namespace

int feature_map_called(const Graph& graph, const std::string& name) {
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    if (graph.nodes()[n].name != name) continue;
    if (is_map(graph.nodes()[n])) return static_cast<int>(n);
    throw_input_error(
        "layer {} of {} has no map of places (its output is {}); name a layer before "
        "the head, a convolution for instance",
        name, graph.name(), graph.nodes()[n].output.str());
  }
  throw_input_error("{} has no layer {}; nanopneumo summary {} --layers lists those that there are",
                    graph.name(), name, graph.name());
}

std::vector<int> last_feature_maps(const Graph& graph) {
  const std::vector<int> stage = stages(graph);
  std::map<int, int> last;  // of each stage
  for (std::size_t n = 1; n < graph.nodes().size(); ++n)
    if (is_feature_map(graph.nodes()[n])) last[stage[n]] = static_cast<int>(n);
  std::vector<int> nodes;
  for (const auto& entry : last) nodes.push_back(entry.second);
  return nodes;
}

int last_feature_map(const Graph& graph) {
  const std::vector<int> maps = last_feature_maps(graph);
  if (maps.empty()) throw std::logic_error(graph.name() + " has no feature maps");
  return maps.back();
}

}  // namespace nanopneumo

#include "models/graph.h"

#include <algorithm>

namespace nanopneumo {

Graph::Value Graph::input(const Shape& shape) {
  if (!nodes_.empty()) throw_shape_error("graph {} has its input already", name_);
  nodes_.push_back({.name = "input_layer",
                    .layer = nullptr,
                    .inputs = {},
                    .output = shape,
                    .block = "input",
                    .parameters = {}});
  return {0};
}

bool Graph::has(const std::string& name) const {
  return std::ranges::any_of(nodes_, [&](const Node& node) { return node.name == name; });
}

std::string Graph::unused_name(const std::string& base) const {
  std::string name = base;
  for (int i = 1; has(name); ++i) name = base + "_" + std::to_string(i);
  return name;
}

Graph::Value Graph::append(std::string name, std::shared_ptr<const Layer> layer,
                           std::span<const Value> inputs) {
  if (has(name)) throw_shape_error("graph {} has a layer {} already", name_, name);
  Node node{.name = std::move(name),
            .layer = std::move(layer),
            .inputs = {},
            .output = {},
            .block = block_,
            .parameters = {}};
  std::vector<Shape> shapes;
  for (const Value value : inputs) {
    node.inputs.push_back(value.node);
    shapes.push_back(shape(value));
  }
  try {
    node.output = node.layer->output_shape(shapes);
    node.parameters = node.layer->parameters(shapes);
  } catch (const ShapeError& error) {
    throw_shape_error("layer {} of {}: {}", node.name, name_, error.what());
  }
  nodes_.push_back(std::move(node));
  return {static_cast<int>(nodes_.size()) - 1};
}

Graph Graph::reordered(std::span<const std::size_t> order) const {
  constexpr int kNotYet = -1;
  Graph result(name_);
  std::vector<int> place(nodes_.size(), kNotYet);
  for (const std::size_t n : order) {
    Node node = nodes_.at(n);
    for (int& input : node.inputs) {
      input = place[static_cast<std::size_t>(input)];
      if (input == kNotYet)
        throw_shape_error("layer {} of {} would come before its input", node.name, name_);
    }
    place[n] = static_cast<int>(result.nodes_.size());
    result.nodes_.push_back(std::move(node));
  }
  return result;
}

void Graph::freeze_up_to(Value last) {
  for (int i = 0; i <= last.node; ++i) freeze({i});
}

void Graph::fine_tune(Value value) {
  Node& node = nodes_[static_cast<std::size_t>(value.node)];
  node.frozen = false;
  node.inference = true;
}

void Graph::unfreeze(Value value) {
  Node& node = nodes_[static_cast<std::size_t>(value.node)];
  node.frozen = node.inference = false;
}

ParameterCount count_parameters(const Graph& graph) {
  ParameterCount count;
  for (const Node& node : graph.nodes())
    for (const ParameterSpec& spec : node.parameters) {
      count.total += spec.shape.elements();
      if (node.frozen || !spec.trainable) count.non_trainable += spec.shape.elements();
    }
  return count;
}

}  // namespace nanopneumo

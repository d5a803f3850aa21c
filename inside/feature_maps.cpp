#include "inside/feature_maps.h"

#include <map>
#include <optional>

#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/pooling2d.h"
#include "layers/separable_conv2d.h"
#include "layers/zero_padding2d.h"
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

template <class... Layers>
std::optional<Window> window_of_any(const Layer& layer, const Shape& image) {
  std::optional<Window> window;
  const auto look = [&](const auto* is) {
    if (is) window = is->window(image);
  };
  (look(dynamic_cast<const Layers*>(&layer)), ...);
  return window;
}

/// The window that a layer slides over `image`; one of a single pixel for layers that slide none.
Window window_of(const Layer& layer, const Shape& image) {
  if (const auto* zeros = dynamic_cast<const ZeroPadding2D*>(&layer))
    return {.pad = zeros->padding()};
  return window_of_any<Conv2D, DepthwiseConv2D, SeparableConv2D, MaxPooling2D, AveragePooling2D>(
             layer, image)
      .value_or(Window{});
}

Axis behind(const Axis& axis, int length, int pad, int stride) {
  return {axis.first + axis.step * (0.5 * (length - 1) - pad), axis.step * stride};
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

Placement placement_of(const Graph& graph, int node) {
  const Node& self = graph.nodes()[static_cast<std::size_t>(node)];
  if (self.inputs.empty()) return {};
  const int input = self.inputs.front();
  const Window w = window_of(*self.layer, graph.nodes()[static_cast<std::size_t>(input)].output);
  const Placement before = placement_of(graph, input);
  return {behind(before.rows, w.R, w.pad.top, w.stride_h),
          behind(before.columns, w.S, w.pad.left, w.stride_w)};
}

}  // namespace nanopneumo

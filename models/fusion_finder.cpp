#include "models/fusion_finder.h"

#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/separable_conv2d.h"
#include "layers/zero_padding2d.h"

namespace nanopneumo {

FusionFinder::FusionFinder(const Graph& graph, int first, int last)
    : graph_(graph), readers_(graph.nodes().size()), first_(first), last_(last) {
  for (int n = first + 1; n <= last; ++n)
    for (const int input : node(n).inputs) readers_[static_cast<std::size_t>(input)].push_back(n);
}

Neighbourhood FusionFinder::around(int convolution, Activation own_activation) const {
  Neighbourhood found{.input = node(convolution).inputs[0],
                      .extra_padding = {},
                      .activation = own_activation,
                      .output = convolution};
  const Node& before = node(found.input);
  const auto* padding = before.layer ? layer_as<ZeroPadding2D>(before) : nullptr;
  // A padding layer that is the segment's first node has run already: its output is given.
  if (padding && found.input != first_ && only_reader(found.input) == convolution) {
    found.extra_padding = padding->padding();
    found.input = before.inputs[0];
  }
  if (own_activation != Activation::none) return found;
  const int next = only_reader(found.output);
  if (next >= 0 && (found.batch_norm = layer_as<BatchNormalization>(node(next))))
    found.batch_norm_node = found.output = next;
  if (const int activation = activation_after(found.output); activation >= 0) {
    found.activation = node(activation).layer->activation();
    found.output = activation;
  }
  return found;
}

int FusionFinder::activation_after(int value) const {
  const int reader = only_reader(value);
  return reader >= 0 && node(reader).layer->activation() != Activation::none ? reader : -1;
}

bool FusionFinder::absorbed_by_convolution(int padding_node) const {
  const int reader = only_reader(padding_node);
  return reader >= 0 &&
         (layer_as<Conv2D>(node(reader)) || layer_as<DepthwiseConv2D>(node(reader)) ||
          layer_as<SeparableConv2D>(node(reader)));
}

int FusionFinder::only_reader(int value) const {
  const auto& readers = readers_[static_cast<std::size_t>(value)];
  return value != last_ && readers.size() == 1 ? readers[0] : -1;
}

}  // namespace nanopneumo

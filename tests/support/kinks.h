// Gradients near the kinks of ReLU and max pooling. Of the millions of their inputs a handful lie nearer to a kink
// than the rounding of float32. Where one of them gets the other derivative, the gradients of the layers before it
// change, in Keras as here (docs/findings.md), and which ones do depends on the CPU. What that changes is known: the
// double reference computes the gradients twice, at its own point and where these layers have the outputs that they
// have in float32. Less this difference, gradients in float32 are compared with Keras' to their usual tolerance.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "layers/conv2d.h"
#include "models/eager.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_json.h"

namespace nanopneumo::test {

/// The outputs of each node at which the derivative may jump: see kinks_of.
using KinkedOutputs = std::map<int, std::vector<double>>;

/// Of each trained parameter, by its name.
using NamedGradients = std::map<std::string, std::vector<double>>;

/// ReLU, also as part of a convolution: the derivative jumps.
inline bool has_kinks(const Layer& layer) {
  const auto* conv = dynamic_cast<const Conv2D*>(&layer);
  const Activation activation = conv ? conv->options().activation : layer.activation();
  return activation == Activation::relu || activation == Activation::relu6;
}

/// The nodes at which the derivative may jump: those of ReLU, and those among whose outputs a max pooling
/// chooses.
inline std::set<int> kinks_of(const Graph& graph) {
  std::set<int> kinks;
  for (int n = 1; n < static_cast<int>(graph.nodes().size()); ++n) {
    const Node& node = graph.nodes()[static_cast<std::size_t>(n)];
    if (has_kinks(*node.layer)) kinks.insert(n);
    if (node.layer->class_name() == "MaxPooling2D")
      kinks.insert(node.inputs.begin(), node.inputs.end());
  }
  return kinks;
}

/// Puts `others`, the same but for the rounding of the layers since the last kink, in the place of a node's
/// output. What the way back reads is this very tensor.
template <class T>
void take_over(const Tensor<T>& output, const std::vector<double>& others) {
  constexpr double kRounding = 1e-4;  // as a share of the largest output
  CHECK(max_relative_difference(others, host_doubles(output)) <= kRounding);
  output.copy_from_host(std::vector<T>(others.begin(), others.end()));
}

/// An observer of a pass through `graph` that notes the outputs at kinks. Where `point` has some, they take the place
/// of the pass' own: its gradients are those at that point.
template <class T>
Observer<T> at_kinks(const Graph& graph, KinkedOutputs& outputs,
                     const KinkedOutputs* point = nullptr) {
  return [kinks = kinks_of(graph), &outputs, point](int node, Variable<T>& output) {
    if (!kinks.contains(node)) return;
    if (point) take_over(output.value, point->at(node));
    outputs[node] = host_doubles(output.value);
  };
}

/// `found` less what the kinks account for: `there` are the reference's gradients at the same point as `found`, `exact`
/// those at its own.
inline NamedGradients without_kinks(NamedGradients found, const NamedGradients& there,
                                    const NamedGradients& exact) {
  for (auto& [name, gradient] : found)
    for (std::size_t i = 0; i < gradient.size(); ++i)
      gradient[i] -= there.at(name)[i] - exact.at(name)[i];
  return found;
}

}  // namespace nanopneumo::test

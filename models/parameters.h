// The parameters of a model on a device.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/graph.h"

namespace nanopneumo {

/// One parameter: a window into a flat buffer.
template <class T>
struct Parameter {
  std::string name;  ///< Keras' path, e.g. "conv1/kernel"
  int node;          ///< of the graph
  bool trainable;
  Variable<T> variable;  ///< with a gradient where trainable
};

/// All parameters of a graph. The trainable ones lie one after another in one buffer and their
/// gradients in another of the same layout, so that the optimiser is one call and a checkpoint a
/// few writes. What training does not change (frozen layers, moving statistics) lies apart.
template <class T>
class Parameters {
 public:
  /// Memory for every parameter of `graph` on `device`, filled by the layers' initialisers with
  /// numbers that depend on `seed` and the parameter's place in the graph only. The nodes up to
  /// `to_be_loaded` are left as they are: a file fills them, and 23 million random numbers for
  /// ResNet50 would only take time.
  Parameters(const Graph& graph, Device& device, std::uint64_t seed, int to_be_loaded = -1);

  /// The same parameters with the same values laid out for `graph`, in which other layers are frozen
  /// than in the graph that `values` was made for.
  Parameters(const Graph& graph, const Parameters& values);

  std::span<Parameter<T>> all() { return all_; }
  std::span<const Parameter<T>> all() const { return all_; }
  /// Those of node number `node`, in the layer's order.
  std::span<const Variable<T>> of_node(int node) const;

  const Tensor<T>& trainable() const { return trainable_; }
  const Tensor<T>& gradients() const { return gradients_; }

  /// Before a step: what comes next is a first contribution.
  void reset_gradients();
  /// After backward: parameters that nothing reached get a zero gradient.
  void finish_gradients();

 private:
  /// Memory for every parameter, with nothing in it.
  void lay_out(const Graph& graph, Device& device);

  std::vector<Parameter<T>> all_;
  std::vector<Variable<T>> variables_;  ///< in the order of all_
  std::vector<std::size_t> first_;      ///< of each node, in variables_
  Tensor<T> trainable_, gradients_, fixed_;
};

/// Puts `values` (host, C order) into a parameter. Throws ShapeError where the number differs.
template <class T>
void assign(const Parameter<T>& parameter, std::span<const float> values);

}  // namespace nanopneumo

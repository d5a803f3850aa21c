// The one description of a model.
//
// A graph says which layers there are, how they are named and which feeds which. Parameters and
// their names, the printed summary, eager execution, and the fused plan of a frozen part are all
// walks over it; nothing else lists a model's layers.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "layers/layer.h"

namespace nanopneumo {

/// A layer at its place in a model.
struct Node {
  std::string name;                    ///< Keras' layer name, unique in the graph
  std::shared_ptr<const Layer> layer;  ///< null for the input
  std::vector<int> inputs;             ///< numbers of the nodes it reads
  Shape output;                        ///< of one image, without the batch axis
  std::string block;                   ///< the part of the model that it belongs to
  std::vector<ParameterSpec> parameters;
  /// Keras' layer.trainable = False: parameters are not updated, batch normalisation uses its
  /// moving statistics and leaves them alone, dropout is off.
  bool frozen = false;
  /// Keras' call with training=False: in inference mode like a frozen layer, though its parameters
  /// may be updated.
  bool inference = false;
};

/// A directed acyclic graph of layers, in the order in which they can run; the last node is the
/// output.
class Graph {
 public:
  /// The output of a node, as the model functions pass it on.
  struct Value {
    int node;
  };

  explicit Graph(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& output() const { return nodes_.back(); }
  const Shape& shape(Value value) const {
    return nodes_[static_cast<std::size_t>(value.node)].output;
  }

  /// The input, an image (H, W, C) or a feature vector (C,). The first node, once.
  Value input(const Shape& shape);

  /// Appends `layer`, fed by `inputs`. Throws ShapeError where the shapes do not fit or the name is
  /// taken.
  template <class L>
  Value add(std::string name, L layer, std::initializer_list<Value> inputs) {
    return append(std::move(name), std::make_shared<const L>(std::move(layer)), inputs);
  }
  template <class L>
  Value add(std::string name, L layer, Value input) {
    return add(std::move(name), std::move(layer), {input});
  }
  /// The same under the name Keras would give: "dense", "dense_1", ...
  template <class L>
  Value add(L layer, Value input) {
    return add(std::move(layer), {input});
  }
  template <class L>
  Value add(L layer, std::initializer_list<Value> inputs) {
    std::string name = unused_name(layer.default_name());
    return add(std::move(name), std::move(layer), inputs);
  }

  /// The layers that are added from here on belong to this part of the model, "conv2_block1": the prefix of
  /// their Keras names where they have one.
  void begin_block(std::string name) { block_ = std::move(name); }

  /// The same graph with node order[i] in place i. Throws ShapeError where a layer would come before one
  /// that it reads.
  Graph reordered(std::span<const std::size_t> order) const;

  /// Freezes one node.
  void freeze(Value value) { nodes_[static_cast<std::size_t>(value.node)].frozen = true; }
  /// Freezes the nodes up to and including `last`.
  void freeze_up_to(Value last);
  /// Lets the parameters of a frozen node be updated again, while it stays in inference mode.
  void fine_tune(Value value);
  /// Puts a node that was frozen or fine-tuned into training mode again.
  void unfreeze(Value value);

 private:
  Value append(std::string name, std::shared_ptr<const Layer> layer, std::span<const Value> inputs);
  Value append(std::string name, std::shared_ptr<const Layer> layer,
               std::initializer_list<Value> inputs) {
    return append(std::move(name), std::move(layer),
                  std::span<const Value>(inputs.begin(), inputs.size()));
  }
  bool has(const std::string& name) const;
  std::string unused_name(const std::string& base) const;

  std::string name_, block_;
  std::vector<Node> nodes_;
};

/// Number of parameters, and how many of them no training changes (moving statistics, frozen
/// layers).
struct ParameterCount {
  std::int64_t total = 0, non_trainable = 0;
};
ParameterCount count_parameters(const Graph& graph);

}  // namespace nanopneumo

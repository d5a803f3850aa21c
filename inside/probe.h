// A network with everything held fixed but one layer's output.
#pragma once

#include <span>
#include <vector>

#include "models/eager.h"

namespace nanopneumo {

/// A network in inference mode whose parameters are constants: the derivatives that remain are those of the
/// logit with respect to what some layer makes of a picture. Frozen layers pass them on like any other.
template <class T>
class Probe {
 public:
  /// Copies the parameters; `device` must outlive the probe. The last node gives one logit.
  Probe(const Graph& graph, const Parameters<T>& parameters, Device& device);

  const Graph& graph() const { return graph_; }

  struct Reading {
    double logit;
    Tensor<T> output;    ///< of the node, (1, ...)
    Tensor<T> gradient;  ///< d(logit) / d(output), of the same shape
  };
  /// For one picture x (1, H, W, C), preprocessed. Node 0 is the picture itself. Only what lies behind
  /// the node is differentiated.
  Reading read(const Tensor<T>& x, int node) const;

  /// The outputs of some nodes for a batch x, in the order in which they are asked for.
  std::vector<Tensor<T>> outputs(const Tensor<T>& x, std::span<const int> nodes) const;

 private:
  Graph graph_;
  Parameters<T> parameters_;
  Device* device_;
};

}  // namespace nanopneumo

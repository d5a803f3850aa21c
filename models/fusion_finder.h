// Which layers of a graph one operation can do together.
#pragma once

#include <vector>

#include "layers/batch_normalization.h"
#include "models/graph.h"

namespace nanopneumo {

/// The layer of a node as an L, or null.
template <class L>
const L* layer_as(const Node& node) {
  return dynamic_cast<const L*>(node.layer.get());
}

/// The layers around a convolution that its call can do as well.
struct Neighbourhood {
  int input;                ///< value the call reads
  Padding2D extra_padding;  ///< of a ZeroPadding2D before it
  const BatchNormalization* batch_norm = nullptr;
  int batch_norm_node = -1;
  Activation activation = Activation::none;
  int output;  ///< value the call makes
};

/// Finds what can be fused in a segment. A layer can be taken in only where nobody else reads the
/// value in between.
class FusionFinder {
 public:
  FusionFinder(const Graph& graph, int first, int last);

  Neighbourhood around(int convolution, Activation own_activation) const;
  /// The activation layer that alone reads this value; -1 where there is none.
  int activation_after(int value) const;
  /// Whether a padding layer's value is only read by a convolution that does the padding itself.
  bool absorbed_by_convolution(int padding_node) const;

 private:
  const Node& node(int n) const { return graph_.nodes()[static_cast<std::size_t>(n)]; }
  /// The one node that reads this value; -1 where there is none, several, or it is the segment's
  /// result.
  int only_reader(int value) const;

  const Graph& graph_;
  std::vector<std::vector<int>> readers_;
  int first_, last_;
};

}  // namespace nanopneumo

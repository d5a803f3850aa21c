// What a model takes: multiplications and memory.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

/// For one image.
struct Cost {
  std::int64_t multiply_adds = 0;  ///< Layer::multiply_adds
  /// Elements of the outputs of all layers: what is kept on the way through a network that is trained as a
  /// whole.
  std::int64_t outputs = 0;
  /// Most elements that are alive at one time in inference, where an output goes as soon as the last layer
  /// that reads it has run; the image stays.
  std::int64_t outputs_alive = 0;
};

Cost cost_of(const Graph& graph);

}  // namespace nanopneumo

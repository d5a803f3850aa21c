// What a training step changes besides gradients.
#pragma once

#include <utility>
#include <vector>

#include "models/parameters.h"

namespace nanopneumo {

/// A copy of the parameters that the forward pass of a training step moves by itself: the moving averages of
/// batch normalisation in the layers that are neither frozen nor in inference mode.
class MovingStatistics {
 public:
  MovingStatistics(const Graph& graph, const Parameters<float>& parameters);

  /// Puts the copied values back into the parameters that they are of.
  void restore() const;

 private:
  std::vector<std::pair<Tensor<float>, Tensor<float>>> saved_;  ///< the parameter, the copy
};

}  // namespace nanopneumo

// Gradient accumulation: one update from several batches.
#pragma once

#include "models/parameters.h"

namespace nanopneumo {

/// The gradient of the mean loss over several batches, which is the mean of the batches' gradients weighted
/// by their numbers of images. In a network without batch normalisation and dropout this is the gradient of
/// the larger batch; batch normalisation sees the statistics of each small one, and dropout draws by a
/// place in the batch.
template <class T>
class GradientSum {
 public:
  explicit GradientSum(const Parameters<T>& parameters);

  /// Adds `share` times the gradients that are in the parameters.
  void add(const Parameters<T>& parameters, double share);
  /// Puts the sum where the optimiser finds it.
  void store(const Parameters<T>& parameters) const;

 private:
  Tensor<T> sum_;
};

}  // namespace nanopneumo

// The optimiser.
#pragma once

#include <vector>

#include "models/parameters.h"

namespace nanopneumo {

/// A stretch of the trainable parameters' buffer that learns at a pace of its own.
struct RateGroup {
  std::int64_t first, size;
  double factor;  ///< of the learning rate
};

/// Adam (Kingma & Ba 2015) over all trainable parameters at once, with Keras' defaults and formula
/// (keras.optimizers.Adam: epsilon 1e-7, outside of the bias correction).
template <class T>
class Adam {
 public:
  explicit Adam(const Parameters<T>& parameters, double learning_rate = 1e-3);
  /// The same with a learning rate for each group. Throws ShapeError where the groups are not the whole
  /// buffer in order.
  Adam(const Parameters<T>& parameters, double learning_rate, std::vector<RateGroup> groups);

  /// One update of `parameters` from their gradients.
  void step(const Parameters<T>& parameters);

  double learning_rate() const { return step_.learning_rate; }
  void set_learning_rate(double learning_rate) { step_.learning_rate = learning_rate; }

  /// Number of updates so far, and the moments, laid out as the trainable parameters: what a
  /// checkpoint keeps.
  std::int64_t steps_done() const { return step_.t; }
  void set_steps_done(std::int64_t t) { step_.t = t; }
  const Tensor<T>& first_moment() const { return m_; }
  const Tensor<T>& second_moment() const { return v_; }

 private:
  AdamStep step_{.t = 0};
  std::vector<RateGroup> groups_;
  Tensor<T> m_, v_;
};

}  // namespace nanopneumo

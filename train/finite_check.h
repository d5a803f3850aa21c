// Numbers that are none, found before they reach the weights.
#pragma once

#include <span>
#include <string>

#include "train/step.h"

namespace nanopneumo {

/// Thrown before an update that would have made the weights useless.
class NotFiniteError : public InputError {
 public:
  using InputError::InputError;
};

/// What there is in a tensor. NaN and infinite values are counted, the rest is described.
struct ValueStatistics {
  std::int64_t count = 0, nans = 0, infinities = 0;
  double min = 0, max = 0, mean = 0;  ///< of the finite values; 0 where there are none

  template <class T>
  explicit ValueStatistics(std::span<const T> values);
  bool finite() const { return nans + infinities == 0; }
  /// "2 of 64 values are NaN, 1 is infinite, the others lie between -1 and 3 (mean 0.5)"
  std::string str() const;
};

/// Whether the gradients in `parameters` can be used: all of them finite, and so small that their squares
/// are too. One reduction on the device.
template <class T>
bool gradients_are_finite(const Parameters<T>& parameters);

/// Where in the step numbers first stopped being finite, with their statistics: the input, the first layer
/// in the order of the forward pass whose output is not finite, or else the last whose gradient is not (the
/// gradient comes from behind). Runs the forward pass again, with its updates of moving statistics.
/// `parameters` hold the step's gradients.
template <class T>
std::string where_not_finite(const Graph& graph, const Parameters<T>& parameters,
                             const LabelledBatch<T>& batch, const Pass& pass, Segment segment);

}  // namespace nanopneumo

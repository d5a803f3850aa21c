// Standardisation by statistics of a data set.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// keras.layers.Normalization: y[..., c] = (x[..., c] - mean[c]) / sqrt(variance[c]). Parameters, none of
/// them trainable: mean (C,), variance (C,), and count, the number of batches that Keras has seen while it
/// gathered them, a whole number that nothing is computed from.
///
/// Keras divides by max(sqrt(variance), 1e-7). Here 1e-14 is added under the root: the same for a variance of
/// 0, and for any variance of data below the rounding of double.
class Normalization final : public LayerOf<Normalization> {
 public:
  static constexpr double kEpsilon = 1e-14;

  std::string_view class_name() const override { return "Normalization"; }
  std::string default_name() const override { return "normalization"; }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;
};

}  // namespace nanopneumo

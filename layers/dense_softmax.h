// The last layer of an ImageNet classifier.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// keras.layers.Dense with activation="softmax": class probabilities. Parameters: kernel (C, classes),
/// bias (classes,).
class DenseSoftmax final : public LayerOf<DenseSoftmax> {
 public:
  explicit DenseSoftmax(int classes) : classes_(classes) {}

  std::string_view class_name() const override { return "Dense"; }
  std::string default_name() const override { return "dense"; }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::string caption() const override;
  std::int64_t multiply_adds(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  int classes_;
};

}  // namespace nanopneumo

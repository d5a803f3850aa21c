// Rectified linear units.
#pragma once

#include <limits>

#include "layers/layer.h"

namespace nanopneumo {

/// y = max(x, 0), any shape.
template <class T>
Variable<T> relu(Tape<T>& tape, const Variable<T>& x);

/// y = min(max(x, 0), 6), any shape (Krizhevsky 2010; MobileNet).
template <class T>
Variable<T> relu6(Tape<T>& tape, const Variable<T>& x);

/// keras.layers.ReLU: max_value none or 6.
class ReLU final : public LayerOf<ReLU> {
 public:
  enum class MaxValue { none, six };
  explicit ReLU(MaxValue max_value = MaxValue::none) : max_value_(max_value) {}

  Activation activation() const override {
    return max_value_ == MaxValue::six ? Activation::relu6 : Activation::relu;
  }
  std::string_view class_name() const override { return "ReLU"; }
  std::string default_name() const override { return "re_lu"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  MaxValue max_value_;
};

}  // namespace nanopneumo

// An activation as a layer of its own.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// y = activation(x) element by element, any shape; for Activation::none x itself.
template <class T>
Variable<T> activate(Tape<T>& tape, const Variable<T>& x, Activation activation);

/// keras.layers.Activation. (ReLU is keras.layers.ReLU: the same function under another name, and Keras'
/// models have sometimes the one and sometimes the other.)
class ActivationLayer final : public LayerOf<ActivationLayer> {
 public:
  explicit ActivationLayer(Activation activation) : activation_(activation) {}

  Activation activation() const override { return activation_; }
  std::string_view class_name() const override { return "Activation"; }
  std::string default_name() const override { return "activation"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  Activation activation_;
};

}  // namespace nanopneumo

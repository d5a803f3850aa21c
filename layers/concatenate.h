// Tensors side by side: the channels of several layers as one.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// The parts one after another along the last axis. They agree in all other axes.
template <class T>
Variable<T> concatenate(Tape<T>& tape, std::span<const Variable<T>> parts);

/// keras.layers.Concatenate along the channels, of one or more inputs.
class Concatenate final : public LayerOf<Concatenate> {
 public:
  std::string_view class_name() const override { return "Concatenate"; }
  std::string default_name() const override { return "concatenate"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;
};

}  // namespace nanopneumo

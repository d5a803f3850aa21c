// Sum of two tensors: the residual connection.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// y = a + b, of one shape, whatever it is. Throws ShapeError where the two differ.
template <class T>
Variable<T> add(Tape<T>& tape, const Variable<T>& a, const Variable<T>& b);

/// keras.layers.Add of two inputs. output_shape throws ShapeError for another number of them, or for two shapes.
class Add final : public LayerOf<Add> {
 public:
  std::string_view class_name() const override { return "Add"; }
  std::string default_name() const override { return "add"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;
};

}  // namespace nanopneumo

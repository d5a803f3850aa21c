// Mean over all pixels of a channel.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// y[n, c] = mean over h, w of x[n, h, w, c]. x: (N, H, W, C), y: (N, C).
template <class T>
Variable<T> global_average_pool2d(Tape<T>& tape, const Variable<T>& x);

/// keras.layers.GlobalAveragePooling2D; keepdims gives (1, 1, C) instead of (C,).
class GlobalAveragePooling2D final : public LayerOf<GlobalAveragePooling2D> {
 public:
  explicit GlobalAveragePooling2D(bool keepdims = false) : keepdims_(keepdims) {}

  std::string_view class_name() const override { return "GlobalAveragePooling2D"; }
  std::string default_name() const override { return "global_average_pooling2d"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::string caption() const override { return "global average"; }
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  bool keepdims_;
};

}  // namespace nanopneumo

// A factor for each channel of each image: the excitation of a squeeze-and-excite block.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// y[n,h,w,c] = x[n,h,w,c] * s[n,0,0,c] (Hu et al. 2018, equation 4). x: (N, H, W, C), s: (N, 1, 1, C).
template <class T>
Variable<T> scale_channels(Tape<T>& tape, const Variable<T>& x, const Variable<T>& s);

/// keras.layers.Multiply of an image (H, W, C) and factors (1, 1, C), in this order.
class Multiply final : public LayerOf<Multiply> {
 public:
  std::string_view class_name() const override { return "Multiply"; }
  std::string default_name() const override { return "multiply"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;
};

}  // namespace nanopneumo

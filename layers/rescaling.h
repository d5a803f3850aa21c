// Constant factors for the channels of an image.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// keras.layers.Rescaling without offset, for up to three channels: y[..., c] = x[..., c] * scale[c].
/// The factors are float32 because Keras makes them so, also where it computes in float64.
class Rescaling final : public LayerOf<Rescaling> {
 public:
  explicit Rescaling(const ChannelFactors& scale) : scale_(scale) {}

  const ChannelFactors& scale() const { return scale_; }
  std::string_view class_name() const override { return "Rescaling"; }
  std::string default_name() const override { return "rescaling"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  ChannelFactors scale_;
};

}  // namespace nanopneumo

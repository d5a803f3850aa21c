// Dropout (Srivastava et al. 2014), inverted.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// y = 0 with probability `rate`, else x / (1 - rate); which elements, `key` decides. Any shape.
template <class T>
Variable<T> dropout(Tape<T>& tape, const Variable<T>& x, double rate, const RandomKey& key);

/// The same with one decision for each image, y = 0 or x / (1 - rate). x: (N, H, W, C). It drops a residual
/// branch as a whole: stochastic depth (Huang et al. 2016), EfficientNet's drop-connect.
template <class T>
Variable<T> drop_images(Tape<T>& tape, const Variable<T>& x, double rate, const RandomKey& key);

/// keras.layers.Dropout: does nothing outside of training.
class Dropout final : public LayerOf<Dropout> {
 public:
  /// What one random decision is about. whole_images: Keras' noise_shape (None, 1, 1, 1).
  enum class Drops { elements, whole_images };

  /// Throws ShapeError unless 0 <= rate < 1.
  explicit Dropout(double rate, Drops drops = Drops::elements);

  Drops drops() const { return drops_; }
  std::string_view class_name() const override { return "Dropout"; }
  std::string default_name() const override { return "dropout"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  double rate_;
  Drops drops_;
};

}  // namespace nanopneumo

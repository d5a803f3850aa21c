// Largest or mean value in a window.
#pragma once

#include <optional>

#include "layers/layer.h"
#include "layers/window.h"

namespace nanopneumo {

/// Throws ShapeError where the window has more than 255 places: that of the maximum is kept as a byte.
void require_max_pool_window(const Window& window);

/// y = max over the window, padding ignored. x: (N, H, W, C), y: (N, P, Q, C). The place of the
/// maximum is kept as one byte an output where a gradient is wanted; the input is not kept. Throws ShapeError
/// for an x of another rank, and for a window of more than 255 places.
template <class T>
Variable<T> max_pool2d(Tape<T>& tape, const Variable<T>& x, const Window& window);

/// y = mean over that part of the window which lies in the image. x: (N, H, W, C), y: (N, P, Q, C). Throws
/// ShapeError for an x of another rank.
template <class T>
Variable<T> average_pool2d(Tape<T>& tape, const Variable<T>& x, const Window& window);

/// keras.layers.MaxPooling2D. strides default to the pool size.
class MaxPooling2D final : public LayerOf<MaxPooling2D> {
 public:
  explicit MaxPooling2D(Size2D pool_size, std::optional<Size2D> strides = {},
                        PaddingMode padding = PaddingMode::valid)
      : pool_size_(pool_size), strides_(strides.value_or(pool_size)), padding_(padding) {}

  Window window(const Shape& image) const {
    return make_window(class_name(), image, pool_size_, strides_, padding_);
  }
  std::string_view class_name() const override { return "MaxPooling2D"; }
  std::string default_name() const override { return "max_pooling2d"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::string caption() const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  Size2D pool_size_, strides_;
  PaddingMode padding_;
};

/// keras.layers.AveragePooling2D. strides default to the pool size.
class AveragePooling2D final : public LayerOf<AveragePooling2D> {
 public:
  explicit AveragePooling2D(Size2D pool_size, std::optional<Size2D> strides = {},
                            PaddingMode padding = PaddingMode::valid)
      : pool_size_(pool_size), strides_(strides.value_or(pool_size)), padding_(padding) {}

  Window window(const Shape& image) const {
    return make_window(class_name(), image, pool_size_, strides_, padding_);
  }
  std::string_view class_name() const override { return "AveragePooling2D"; }
  std::string default_name() const override { return "average_pooling2d"; }
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::string caption() const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  Size2D pool_size_, strides_;
  PaddingMode padding_;
};

}  // namespace nanopneumo

// Depthwise separable convolution as one layer (Chollet 2017): every channel is filtered on its own, then
// a 1 x 1 convolution mixes them.
#pragma once

#include "layers/layer.h"
#include "layers/window.h"

namespace nanopneumo {

/// keras.layers.SeparableConv2D with depth_multiplier 1. Parameters: depthwise_kernel (R, S, C, 1),
/// pointwise_kernel (1, 1, C, filters), bias (filters,). Nothing lies between the two convolutions.
class SeparableConv2D final : public LayerOf<SeparableConv2D> {
 public:
  struct Options {
    int filters;
    Size2D kernel_size;
    Size2D strides = 1;
    PaddingMode padding = PaddingMode::valid;
    bool use_bias = true;
    Activation activation = Activation::none;
  };
  explicit SeparableConv2D(Options options) : options_(options) {}

  const Options& options() const { return options_; }
  /// Of the depthwise convolution.
  Window window(const Shape& image) const;
  std::string_view class_name() const override { return "SeparableConv2D"; }
  std::string default_name() const override { return "separable_conv2d"; }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::string caption() const override;
  std::int64_t multiply_adds(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;

 private:
  Options options_;
};

}  // namespace nanopneumo

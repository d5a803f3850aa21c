// Depthwise 2-D convolution: every channel has its own R x S kernel (Howard et al. 2017, eq. 3).
#pragma once

#include "layers/layer.h"
#include "layers/window.h"

namespace nanopneumo {

/// y = activation(depthwise(x, kernel) + bias). x: (N, H, W, C), kernel: (R, S, C, 1), bias: (C,)
/// or null, y: (N, P, Q, C).
template <class T>
Variable<T> depthwise_conv2d(Tape<T>& tape, const Variable<T>& x, const Variable<T>& kernel,
                             const Variable<T>* bias, const Window& window, Activation activation);

/// keras.layers.DepthwiseConv2D with depth_multiplier 1. Parameters: kernel (R, S, C, 1), bias
/// (C,).
class DepthwiseConv2D final : public LayerOf<DepthwiseConv2D> {
 public:
  struct Options {
    Size2D kernel_size;
    Size2D strides = 1;
    PaddingMode padding = PaddingMode::valid;
    bool use_bias = true;
    Activation activation = Activation::none;
  };
  explicit DepthwiseConv2D(Options options) : options_(options) {}

  const Options& options() const { return options_; }
  Window window(const Shape& image) const;
  std::string_view class_name() const override { return "DepthwiseConv2D"; }
  std::string default_name() const override { return "depthwise_conv2d"; }
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

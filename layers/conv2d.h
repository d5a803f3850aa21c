// 2-D convolution.
#pragma once

#include "layers/layer.h"
#include "layers/window.h"

namespace nanopneumo {

/// Who applies an activation's derivative.
enum class ActivationGradient {
  own,        ///< the operation that has applied the activation
  of_reader,  ///< the one that reads y: it gives the gradient before the activation
};

/// y = activation(conv(x, kernel) + bias + residual). x: (N, H, W, C), kernel: (R, S, C, K), bias: (K,)
/// or null, y: (N, P, Q, K), residual: as y, or null. Throws ShapeError where the shapes do not fit.
template <class T>
Variable<T> conv2d(Tape<T>& tape, const Variable<T>& x, const Variable<T>& kernel,
                   const Variable<T>* bias, const Window& window, Activation activation,
                   ActivationGradient gradient = ActivationGradient::own,
                   const Variable<T>* residual = nullptr);

/// keras.layers.Conv2D. Parameters: kernel (R, S, C, filters), bias (filters,).
class Conv2D final : public LayerOf<Conv2D> {
 public:
  struct Options {
    int filters;
    Size2D kernel_size;
    Size2D strides = 1;
    PaddingMode padding = PaddingMode::valid;
    bool use_bias = true;
    Activation activation = Activation::none;
  };
  explicit Conv2D(Options options) : options_(options) {}

  const Options& options() const { return options_; }
  Window window(const Shape& image) const;
  std::string_view class_name() const override { return "Conv2D"; }
  std::string default_name() const override { return "conv2d"; }
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

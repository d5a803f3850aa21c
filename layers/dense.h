// Fully connected layer.
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// y = activation(x kernel + bias). x: (N, C), kernel: (C, K), bias: (K,) or null, y: (N, K).
template <class T>
Variable<T> dense(Tape<T>& tape, const Variable<T>& x, const Variable<T>& kernel,
                  const Variable<T>* bias, Activation activation);

/// keras.layers.Dense. Parameters: kernel (C, units), bias (units,).
class Dense final : public LayerOf<Dense> {
 public:
  struct Options {
    int units;
    Activation activation = Activation::none;
    bool use_bias = true;
  };
  explicit Dense(Options options) : options_(options) {}

  const Options& options() const { return options_; }
  std::string_view class_name() const override { return "Dense"; }
  std::string default_name() const override { return "dense"; }
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

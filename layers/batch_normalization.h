// Batch normalisation (Ioffe & Szegedy 2015).
#pragma once

#include "layers/layer.h"

namespace nanopneumo {

/// The parameters of one batch normalisation, each of shape (C,); gamma may be undefined (Keras'
/// scale=False), then it is 1.
template <class T>
struct BatchNormVariables {
  Variable<T> gamma, beta;
  Variable<T> moving_mean, moving_variance;
};

/// Normalises each channel (last axis) by the batch's own mean and biased variance, and moves the
/// moving statistics: moving = moving * momentum + batch * (1 - momentum) (Keras 3 keeps the
/// variance biased). x and the result: (..., C). Throws ShapeError where C is not that of gamma and beta, or x
/// is empty.
template <class T>
Variable<T> batch_norm_training(Tape<T>& tape, const Variable<T>& x, const BatchNormVariables<T>& v,
                                double epsilon, double momentum);

/// Normalises by the moving statistics, which stay as they are, and applies `activation` in passing. Shapes and
/// ShapeError as above. Throws std::logic_error for an activation on a tape that records: its gradient is a
/// layer of its own.
template <class T>
Variable<T> batch_norm_inference(Tape<T>& tape, const Variable<T>& x,
                                 const BatchNormVariables<T>& v, double epsilon,
                                 Activation activation = Activation::none);

/// keras.layers.BatchNormalization. Parameters: gamma (unless scale is false), beta, moving_mean,
/// moving_variance. A frozen one (call.training false) runs in inference mode.
class BatchNormalization final : public LayerOf<BatchNormalization> {
 public:
  struct Options {
    double momentum = 0.99;
    double epsilon = 1e-3;
    bool scale = true;
  };
  BatchNormalization() = default;
  explicit BatchNormalization(Options options) : options_(options) {}

  const Options& options() const { return options_; }
  std::string_view class_name() const override { return "BatchNormalization"; }
  std::string default_name() const override { return "batch_normalization"; }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Shape output_shape(std::span<const Shape> inputs) const override;
  template <class T>
  Variable<T> run(const Call<T>& call) const;
  /// In inference mode, with the activation that follows.
  template <class T>
  Variable<T> infer(const Call<T>& call, Activation activation) const;
  /// The layer's parameters by their names.
  template <class T>
  BatchNormVariables<T> variables(std::span<const Variable<T>> parameters) const;

 private:
  Options options_{};
};

}  // namespace nanopneumo

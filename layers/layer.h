// What a layer is: attributes, parameters, the shape it makes, and a differentiable function.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layers/initializers.h"
#include "tensor/autograd.h"

namespace nanopneumo {

/// A parameter that a layer has. `name` is Keras' ("kernel", "bias", "gamma", ...).
struct ParameterSpec {
  std::string name;
  Shape shape;
  Initializer initializer;
  bool trainable = true;  ///< false for moving statistics
};

/// Everything a layer's forward pass is given.
template <class T>
struct Call {
  Tape<T>& tape;
  std::span<const Variable<T>> inputs;      ///< with their batch axis
  std::span<const Variable<T>> parameters;  ///< in the order of Layer::parameters
  bool training;                            ///< batch statistics and dropout on
  RandomKey random;                         ///< this layer's own random numbers for this step

  const Variable<T>& input() const { return inputs[0]; }
};

/// A layer as Keras has it. It holds attributes only; parameters live in Parameters (models/).
/// Shapes here are those of one image, without the batch axis.
class Layer {
 public:
  virtual ~Layer() = default;

  /// Keras' class name, e.g. "Conv2D".
  virtual std::string_view class_name() const = 0;
  /// Keras' default layer name, e.g. "conv2d".
  virtual std::string default_name() const = 0;
  /// In Keras' order: trainable ones first.
  virtual std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const {
    (void)inputs;
    return {};
  }
  /// Throws ShapeError where the inputs do not fit.
  virtual Shape output_shape(std::span<const Shape> inputs) const = 0;

  /// What a picture writes on this layer, "3x3 64 /2" (window, filters, stride); empty for layers that
  /// their class tells all about.
  virtual std::string caption() const { return {}; }
  /// Multiplications with an addition each that one image takes. Counted are convolutions, with the zeros
  /// that they read as padding, and dense layers; all else is little beside them.
  virtual std::int64_t multiply_adds(std::span<const Shape> inputs) const {
    (void)inputs;
    return 0;
  }

  /// The activation that this layer is and nothing else, so that the operation before it can do it in
  /// passing (kernels.h, Epilogue); none for every other layer.
  virtual Activation activation() const { return Activation::none; }

  virtual Variable<float> forward(const Call<float>& call) const = 0;
  virtual Variable<double> forward(const Call<double>& call) const = 0;
};

/// Lets a layer write its forward pass once, as `template <class T> Variable<T> run(const Call<T>&)
/// const`, for every element type.
template <class Derived>
class LayerOf : public Layer {
 public:
  Variable<float> forward(const Call<float>& call) const final { return derived().run(call); }
  Variable<double> forward(const Call<double>& call) const final { return derived().run(call); }

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }
};

/// "GlobalAveragePooling2D" -> "global_average_pooling2d", the rule Keras names layers by.
std::string to_snake_case(std::string_view class_name);

/// The only input shape of a layer with one input, which must have `rank` axes (without batch).
const Shape& single_input(std::string_view layer, std::span<const Shape> inputs, int rank);
/// The same with any number of axes.
const Shape& single_input(std::string_view layer, std::span<const Shape> inputs);

/// An axis length as the int that dims structs hold. Throws ShapeError where it does not fit.
int to_int(std::int64_t length);

}  // namespace nanopneumo

#include "layers/activation.h"

#include "layers/relu.h"
#include "layers/sigmoid.h"
#include "layers/swish.h"

namespace nanopneumo {

template <class T>
Variable<T> activate(Tape<T>& tape, const Variable<T>& x, Activation activation) {
  switch (activation) {
    case Activation::none:
      break;
    case Activation::relu:
      return relu(tape, x);
    case Activation::relu6:
      return relu6(tape, x);
    case Activation::sigmoid:
      return sigmoid(tape, x);
    case Activation::swish:
      return swish(tape, x);
  }
  return x;
}

Shape ActivationLayer::output_shape(std::span<const Shape> inputs) const {
  return single_input("Activation", inputs);
}

template <class T>
Variable<T> ActivationLayer::run(const Call<T>& call) const {
  return activate(call.tape, call.input(), activation_);
}

template Variable<float> activate(Tape<float>&, const Variable<float>&, Activation);
template Variable<double> activate(Tape<double>&, const Variable<double>&, Activation);
template Variable<float> ActivationLayer::run(const Call<float>&) const;
template Variable<double> ActivationLayer::run(const Call<double>&) const;

}  // namespace nanopneumo

#include "layers/relu.h"

#include "layers/elementwise.h"

namespace nanopneumo {

template <class T>
Variable<T> relu(Tape<T>& tape, const Variable<T>& x) {
  return elementwise(tape, x, tape.kernels().relu_forward, tape.kernels().relu_gradient);
}

template <class T>
Variable<T> relu6(Tape<T>& tape, const Variable<T>& x) {
  return elementwise(tape, x, tape.kernels().relu6_forward, tape.kernels().relu6_gradient);
}

Shape ReLU::output_shape(std::span<const Shape> inputs) const {
  return single_input("ReLU", inputs);
}

template <class T>
Variable<T> ReLU::run(const Call<T>& call) const {
  return max_value_ == MaxValue::six ? relu6(call.tape, call.input())
                                     : relu(call.tape, call.input());
}

template Variable<float> relu(Tape<float>&, const Variable<float>&);
template Variable<double> relu(Tape<double>&, const Variable<double>&);
template Variable<float> relu6(Tape<float>&, const Variable<float>&);
template Variable<double> relu6(Tape<double>&, const Variable<double>&);
template Variable<float> ReLU::run(const Call<float>&) const;
template Variable<double> ReLU::run(const Call<double>&) const;

}  // namespace nanopneumo

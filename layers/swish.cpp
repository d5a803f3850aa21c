#include "layers/swish.h"

#include "layers/gradients.h"

namespace nanopneumo {

template <class T>
Variable<T> swish(Tape<T>& tape, const Variable<T>& x) {
  Tensor<T> y(tape.device(), x.shape());
  tape.kernels().swish_forward(tape.stream(), y.size(), x.value.data(), y.data());
  return tape.result(y, {&x}, [&tape, x](Tensor<T> dy) {
    const Tensor<T> dx = overwritable(dy);
    tape.kernels().swish_gradient(tape.stream(), dy.size(), x.value.data(), dy.data(), dx.data());
    x.gradient->contribute_tensor(dx);
  });
}

template Variable<float> swish(Tape<float>&, const Variable<float>&);
template Variable<double> swish(Tape<double>&, const Variable<double>&);

}  // namespace nanopneumo

// What the backward functions of several layers share.
#pragma once

#include "tensor/autograd.h"

namespace nanopneumo {

/// Memory for a result that may overwrite `tensor`: the tensor itself where nobody else holds it.
template <class T>
Tensor<T> overwritable(const Tensor<T>& tensor) {
  return tensor.unique() ? tensor : Tensor<T>(tensor.device(), tensor.shape());
}

/// The gradient before an activation that an epilogue applied, from its output y and dy.
template <class T>
Tensor<T> activation_gradient(const Kernels<T>& kernels, Stream& stream, Activation activation,
                              const Tensor<T>& y, Tensor<T> dy) {
  if (activation == Activation::none) return dy;
  const Tensor<T> dx = overwritable(dy);
  switch (activation) {
    case Activation::none:
      break;
    case Activation::relu:
      kernels.relu_gradient(stream, y.size(), y.data(), dy.data(), dx.data());
      break;
    case Activation::relu6:
      kernels.relu6_gradient(stream, y.size(), y.data(), dy.data(), dx.data());
      break;
    case Activation::sigmoid:
      kernels.sigmoid_gradient(stream, y.size(), y.data(), dy.data(), dx.data());
      break;
    case Activation::swish:
      throw std::logic_error("swish's gradient cannot be formed from its output");
  }
  return dx;
}

/// Contributes to the gradients of a kernel and of its bias (null: none), which one operation
/// computes together: write(dw, db), db being null where it is not wanted.
template <class T, class Write>
void contribute_kernel_and_bias(const Variable<T>& kernel, const Variable<T>* bias,
                                const Write& write) {
  const auto with_kernel = [&](T* db) {
    if (kernel.requires_gradient()) {
      kernel.gradient->contribute([&](const Tensor<T>& dw) { write(dw.data(), db); });
    } else {
      const Tensor<T> unused(kernel.value.device(), kernel.shape());
      write(unused.data(), db);
    }
  };
  if (bias && bias->requires_gradient())
    bias->gradient->contribute([&](const Tensor<T>& db) { with_kernel(db.data()); });
  else if (kernel.requires_gradient())
    with_kernel(nullptr);
}

/// Records an operation y = activation(linear(x, kernel) + bias + residual) that has been computed:
/// convolution, depthwise convolution, dense. weight_gradient(x, dy, dw, db) and
/// input_gradient(kernel, dy, dx) are its entries in the device's table, dy being the gradient
/// before the activation. bias and residual may be null.
template <class T, class WeightGradient, class InputGradient>
Variable<T> record_linear(Tape<T>& tape, const Variable<T>& x, const Variable<T>& kernel,
                          const Variable<T>* bias, Activation activation, Tensor<T> y,
                          WeightGradient weight_gradient, InputGradient input_gradient,
                          const Variable<T>* residual = nullptr) {
  // y is needed for the activation's gradient only; without one it need not be kept.
  const Tensor<T> kept = activation == Activation::none ? Tensor<T>() : y;
  const Variable<T> b = bias ? *bias : Variable<T>{};
  const Variable<T> added{.value = {}, .gradient = residual ? residual->gradient : nullptr};
  return tape.result(std::move(y), {&x, &kernel, &b, &added}, [=, &tape](Tensor<T> dy) {
    dy = activation_gradient(tape.kernels(), tape.stream(), activation, kept, std::move(dy));
    if (added.requires_gradient()) added.gradient->contribute_tensor(dy);
    contribute_kernel_and_bias(
        kernel, &b, [&](T* dw, T* db) { weight_gradient(x.value.data(), dy.data(), dw, db); });
    if (x.requires_gradient())
      x.gradient->contribute(
          [&](const Tensor<T>& dx) { input_gradient(kernel.value.data(), dy.data(), dx.data()); });
  });
}

}  // namespace nanopneumo

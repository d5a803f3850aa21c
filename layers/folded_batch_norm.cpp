#include "layers/folded_batch_norm.h"

namespace nanopneumo {
namespace {

/// Batch normalisation of a parameter, whose rows each hold one number for every channel. `mean` and
/// `beta` apply to it or are left out: beta may be undefined.
template <class T>
Variable<T> normalised(Tape<T>& tape, const Variable<T>& x, const Variable<T>& gamma,
                       const Variable<T>& beta, const Tensor<T>& mean, const Tensor<T>& variance,
                       double epsilon) {
  const RowsDims dims{x.value.size() / variance.size(), to_int(variance.size())};
  Tensor<T> y(tape.device(), x.shape());
  tape.kernels().batch_norm_inference(tape.stream(), dims, epsilon, x.value.data(),
                                      gamma.value.data(), beta.value.data(), mean.data(),
                                      variance.data(), Activation::none, y.data());
  return tape.result(y, {&x, &gamma, &beta},
                     [&tape, dims, epsilon, x, gamma, beta, mean, variance](const Tensor<T>& dy) {
                       Tensor<T> dgamma, dbeta;
                       if (gamma.requires_gradient() || beta.requires_gradient()) {
                         dgamma = Tensor<T>(tape.device(), {dims.C});
                         dbeta = Tensor<T>(tape.device(), {dims.C});
                       }
                       const auto gradients = [&](T* dx) {
                         tape.kernels().batch_norm_inference_gradient(
                             tape.stream(), dims, epsilon, x.value.data(), gamma.value.data(),
                             mean.data(), variance.data(), dy.data(), dx, dgamma.data(),
                             dbeta.data());
                       };
                       if (x.requires_gradient())
                         x.gradient->contribute([&](const Tensor<T>& dx) { gradients(dx.data()); });
                       else
                         gradients(nullptr);
                       if (gamma.requires_gradient()) gamma.gradient->contribute_tensor(dgamma);
                       if (beta.requires_gradient()) beta.gradient->contribute_tensor(dbeta);
                     });
}

}  // namespace

template <class T>
FoldedParameters<T> fold_into_convolution(Tape<T>& tape, const Variable<T>& kernel,
                                          const Variable<T>* bias, const BatchNormVariables<T>& bn,
                                          double epsilon) {
  const Tensor<T>& mean = bn.moving_mean.value;
  if (kernel.value.size() % mean.size() != 0 || (bias && bias->shape() != mean.shape()))
    throw_shape_error(
        "folding batch normalisation of {} channels: kernel {} and bias {} do not fit", mean.size(),
        kernel.shape().str(), bias ? bias->shape().str() : "none");
  Tensor<T> zeros(tape.device(), mean.shape());
  tape.kernels().fill(tape.stream(), zeros.size(), T{0}, zeros.data());
  const Tensor<T>& variance = bn.moving_variance.value;
  return {.kernel = normalised(tape, kernel, bn.gamma, Variable<T>{}, zeros, variance, epsilon),
          .bias = normalised(tape, bias ? *bias : Variable<T>{zeros}, bn.gamma, bn.beta, mean,
                             variance, epsilon)};
}

template FoldedParameters<float> fold_into_convolution(Tape<float>&, const Variable<float>&,
                                                       const Variable<float>*,
                                                       const BatchNormVariables<float>&, double);
template FoldedParameters<double> fold_into_convolution(Tape<double>&, const Variable<double>&,
                                                        const Variable<double>*,
                                                        const BatchNormVariables<double>&, double);

}  // namespace nanopneumo

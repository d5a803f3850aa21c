#include "layers/batch_norm_max_pool.h"

#include "layers/gradients.h"
#include "layers/pooling2d.h"

namespace nanopneumo {

template <class T>
Variable<T> batch_norm_max_pool(Tape<T>& tape, const Variable<T>& x, const BatchNormVariables<T>& v,
                                const BatchNormalization::Options& options, const Window& window,
                                Activation before) {
  const Shape& in = x.shape();
  if (in.rank() != 4 || v.beta.shape() != Shape{in[3]} ||
      (v.gamma.value.defined() && v.gamma.shape() != Shape{in[3]}))
    throw_shape_error("batch normalisation and max pooling: input {} and beta {} do not fit",
                      in.str(), v.beta.shape().str());
  require_max_pool_window(window);
  const ChannelwiseDims dims{to_int(in[0]), to_int(in[1]), to_int(in[2]), to_int(in[3]), window};
  const Shape out{dims.N, dims.P(), dims.Q(), dims.C};
  Tensor<T> y(tape.device(), out);
  const Tensor<std::uint8_t> argmax(tape.device(), out);
  const Tensor<T> mean(tape.device(), {dims.C}), variance(tape.device(), {dims.C});
  const Kernels<T>& k = tape.kernels();
  k.batch_norm_max_pool(tape.stream(), dims, options.epsilon, x.value.data(), v.gamma.value.data(),
                        v.beta.value.data(), y.data(), argmax.data(), mean.data(), variance.data());
  k.moving_average(tape.stream(), dims.C, options.momentum, mean.data(),
                   v.moving_mean.value.data());
  k.moving_average(tape.stream(), dims.C, options.momentum, variance.data(),
                   v.moving_variance.value.data());
  return tape.result(
      y, {&x, &v.gamma, &v.beta},
      [&tape, dims, before, epsilon = options.epsilon, x, gamma = v.gamma, beta = v.beta, mean,
       variance, argmax](const Tensor<T>& dy) {
        const Tensor<T> dx = overwritable(x.value);
        const Tensor<T> dgamma(tape.device(), {dims.C}), dbeta(tape.device(), {dims.C});
        tape.kernels().batch_norm_max_pool_gradient(
            tape.stream(), dims, epsilon, before, x.value.data(), gamma.value.data(), mean.data(),
            variance.data(), argmax.data(), dy.data(), dx.data(), dgamma.data(), dbeta.data());
        if (gamma.requires_gradient()) gamma.gradient->contribute_tensor(dgamma);
        if (beta.requires_gradient()) beta.gradient->contribute_tensor(dbeta);
        if (x.requires_gradient()) x.gradient->contribute_tensor(dx);
      });
}

template Variable<float> batch_norm_max_pool(Tape<float>&, const Variable<float>&,
                                             const BatchNormVariables<float>&,
                                             const BatchNormalization::Options&, const Window&,
                                             Activation);
template Variable<double> batch_norm_max_pool(Tape<double>&, const Variable<double>&,
                                              const BatchNormVariables<double>&,
                                              const BatchNormalization::Options&, const Window&,
                                              Activation);

}  // namespace nanopneumo

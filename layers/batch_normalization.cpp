#include "layers/batch_normalization.h"

#include "layers/gradients.h"

namespace nanopneumo {
namespace {

template <class T>
RowsDims rows_of(const Variable<T>& x, const BatchNormVariables<T>& v) {
  const std::int64_t C = x.shape()[-1];
  if (v.beta.shape() != Shape{C} || (v.gamma.value.defined() && v.gamma.shape() != Shape{C}))
    throw_shape_error("batch normalisation: input {} and beta {} do not fit", x.shape().str(),
                      v.beta.shape().str());
  if (x.value.size() == 0)
    throw_shape_error("batch normalisation of an empty tensor {}", x.shape().str());
  return {x.value.size() / C, to_int(C)};
}

template <class T>
void contribute_if_wanted(const Variable<T>& variable, const Tensor<T>& gradient) {
  if (variable.requires_gradient()) variable.gradient->contribute_tensor(gradient);
}

}  // namespace

template <class T>
Variable<T> batch_norm_training(Tape<T>& tape, const Variable<T>& x, const BatchNormVariables<T>& v,
                                double epsilon, double momentum) {
  const RowsDims dims = rows_of(x, v);
  Tensor<T> y(tape.device(), x.shape());
  const Tensor<T> mean(tape.device(), {dims.C}), variance(tape.device(), {dims.C});
  const Kernels<T>& k = tape.kernels();
  k.batch_norm_training(tape.stream(), dims, epsilon, x.value.data(), v.gamma.value.data(),
                        v.beta.value.data(), y.data(), mean.data(), variance.data());
  k.moving_average(tape.stream(), dims.C, momentum, mean.data(), v.moving_mean.value.data());
  k.moving_average(tape.stream(), dims.C, momentum, variance.data(),
                   v.moving_variance.value.data());
  return tape.result(
      y, {&x, &v.gamma, &v.beta},
      [&tape, dims, epsilon, x, gamma = v.gamma, beta = v.beta, mean, variance](Tensor<T> dy) {
        const Tensor<T> dx = overwritable(dy);
        const Tensor<T> dgamma(tape.device(), {dims.C}), dbeta(tape.device(), {dims.C});
        tape.kernels().batch_norm_training_gradient(
            tape.stream(), dims, epsilon, x.value.data(), gamma.value.data(), mean.data(),
            variance.data(), dy.data(), dx.data(), dgamma.data(), dbeta.data());
        contribute_if_wanted(gamma, dgamma);
        contribute_if_wanted(beta, dbeta);
        contribute_if_wanted(x, dx);
      });
}

template <class T>
Variable<T> batch_norm_inference(Tape<T>& tape, const Variable<T>& x,
                                 const BatchNormVariables<T>& v, double epsilon,
                                 Activation activation) {
  if (activation != Activation::none && tape.recording())
    throw std::logic_error("batch normalisation with an activation has no gradient");
  const RowsDims dims = rows_of(x, v);
  Tensor<T> y(tape.device(), x.shape());
  tape.kernels().batch_norm_inference(
      tape.stream(), dims, epsilon, x.value.data(), v.gamma.value.data(), v.beta.value.data(),
      v.moving_mean.value.data(), v.moving_variance.value.data(), activation, y.data());
  // x is needed only for gamma's gradient.
  const bool parameters_wanted = v.gamma.requires_gradient() || v.beta.requires_gradient();
  const Variable<T> input{parameters_wanted ? x.value : Tensor<T>(), x.gradient};
  return tape.result(y, {&x, &v.gamma, &v.beta},
                     [&tape, dims, epsilon, input, v, parameters_wanted](Tensor<T> dy) {
                       const bool input_wanted = input.requires_gradient();
                       Tensor<T> dx, dgamma, dbeta;
                       if (parameters_wanted) {
                         dgamma = Tensor<T>(tape.device(), {dims.C});
                         dbeta = Tensor<T>(tape.device(), {dims.C});
                       }
                       if (input_wanted) dx = overwritable(dy);
                       tape.kernels().batch_norm_inference_gradient(
                           tape.stream(), dims, epsilon, input.value.data(), v.gamma.value.data(),
                           v.moving_mean.value.data(), v.moving_variance.value.data(), dy.data(),
                           dx.data(), dgamma.data(), dbeta.data());
                       if (parameters_wanted) {
                         contribute_if_wanted(v.gamma, dgamma);
                         contribute_if_wanted(v.beta, dbeta);
                       }
                       if (input_wanted) input.gradient->contribute_tensor(dx);
                     });
}

std::vector<ParameterSpec> BatchNormalization::parameters(std::span<const Shape> inputs) const {
  const Shape channels{output_shape(inputs)[-1]};
  std::vector<ParameterSpec> specs;
  if (options_.scale) specs.push_back({"gamma", channels, Initializer::ones});
  specs.push_back({"beta", channels, Initializer::zeros});
  specs.push_back({"moving_mean", channels, Initializer::zeros, false});
  specs.push_back({"moving_variance", channels, Initializer::ones, false});
  return specs;
}

Shape BatchNormalization::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = single_input("BatchNormalization", inputs);
  if (input.rank() < 1)
    throw_shape_error("BatchNormalization takes an input with a channel axis, not {}", input.str());
  return input;
}

template <class T>
BatchNormVariables<T> BatchNormalization::variables(std::span<const Variable<T>> parameters) const {
  const auto parameter = parameters.begin() + (options_.scale ? 1 : 0);
  return {.gamma = options_.scale ? parameters[0] : Variable<T>{},
          .beta = parameter[0],
          .moving_mean = parameter[1],
          .moving_variance = parameter[2]};
}

template <class T>
Variable<T> BatchNormalization::run(const Call<T>& call) const {
  return call.training ? batch_norm_training(call.tape, call.input(), variables<T>(call.parameters),
                                             options_.epsilon, options_.momentum)
                       : infer(call, Activation::none);
}

template <class T>
Variable<T> BatchNormalization::infer(const Call<T>& call, Activation activation) const {
  return batch_norm_inference(call.tape, call.input(), variables<T>(call.parameters),
                              options_.epsilon, activation);
}

template Variable<float> batch_norm_training(Tape<float>&, const Variable<float>&,
                                             const BatchNormVariables<float>&, double, double);
template Variable<double> batch_norm_training(Tape<double>&, const Variable<double>&,
                                              const BatchNormVariables<double>&, double, double);
template Variable<float> batch_norm_inference(Tape<float>&, const Variable<float>&,
                                              const BatchNormVariables<float>&, double, Activation);
template Variable<double> batch_norm_inference(Tape<double>&, const Variable<double>&,
                                               const BatchNormVariables<double>&, double,
                                               Activation);
template BatchNormVariables<float> BatchNormalization::variables(
    std::span<const Variable<float>>) const;
template BatchNormVariables<double> BatchNormalization::variables(
    std::span<const Variable<double>>) const;
template Variable<float> BatchNormalization::run(const Call<float>&) const;
template Variable<double> BatchNormalization::run(const Call<double>&) const;
template Variable<float> BatchNormalization::infer(const Call<float>&, Activation) const;
template Variable<double> BatchNormalization::infer(const Call<double>&, Activation) const;

}  // namespace nanopneumo

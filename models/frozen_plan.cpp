#include "models/frozen_plan.h"

#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/separable_conv2d.h"
#include "layers/zero_padding2d.h"
#include "models/fold_batch_norm.h"
#include "models/fusion_finder.h"

namespace nanopneumo {
namespace {

template <class T>
std::vector<double> host_values(const Variable<T>& variable) {
  const std::vector<T> values = variable.value.to_host();
  return {values.begin(), values.end()};
}

template <class T>
struct ConvolutionTensors {
  Tensor<T> kernel, bias;  ///< bias undefined where there is none
};

/// A convolution's kernel and bias, `own`, with the batch normalisation after it folded in.
template <class T>
ConvolutionTensors<T> fold(const Parameters<T>& parameters, Device& device,
                           std::span<const Variable<T>> own, const Neighbourhood& around) {
  const bool has_bias = own.size() > 1;
  if (!around.batch_norm) return {own[0].value, has_bias ? own[1].value : Tensor<T>()};
  const auto bn = parameters.of_node(around.batch_norm_node);
  const std::size_t beta = around.batch_norm->options().scale ? 1 : 0;
  const FoldedConvolution folded =
      fold_batch_norm(host_values(own[0]), has_bias ? host_values(own[1]) : std::vector<double>{},
                      {.gamma = beta ? host_values(bn[0]) : std::vector<double>{},
                       .beta = host_values(bn[beta]),
                       .moving_mean = host_values(bn[beta + 1]),
                       .moving_variance = host_values(bn[beta + 2]),
                       .epsilon = around.batch_norm->options().epsilon});
  const auto upload = [&](const Shape& shape, const std::vector<double>& values) {
    return Tensor<T>::from_host(device, shape, std::vector<T>(values.begin(), values.end()));
  };
  return {upload(own[0].shape(), folded.kernel),
          upload({static_cast<std::int64_t>(folded.bias.size())}, folded.bias)};
}

Window padded(Window window, const Padding2D& extra) {
  window.pad.top += extra.top;
  window.pad.bottom += extra.bottom;
  window.pad.left += extra.left;
  window.pad.right += extra.right;
  return window;
}

}  // namespace

template <class T>
FrozenPlan<T>::FrozenPlan(const Graph& graph, const Parameters<T>& parameters, Device& device,
                          Segment segment)
    : first_(segment.first),
      last_(segment.last < 0 ? static_cast<int>(graph.nodes().size()) - 1 : segment.last),
      values_(graph.nodes().size()) {
  const auto last = static_cast<std::size_t>(last_);
  const FusionFinder finder(graph, first_, last_);
  std::vector<bool> done(graph.nodes().size(), false);

  /// Appends the call of a convolution of kind `convolve` with everything around it that it can do.
  const auto add_convolution = [&](int n, const auto& layer, std::span<const Variable<T>> own,
                                   auto convolve) {
    const Neighbourhood around = finder.around(n, layer.options().activation);
    const Shape& image =
        graph
            .nodes()[static_cast<std::size_t>(graph.nodes()[static_cast<std::size_t>(n)].inputs[0])]
            .output;
    const Window window = padded(layer.window(image), around.extra_padding);
    const ConvolutionTensors<T> tensors = fold(parameters, device, own, around);
    if (around.batch_norm) done[static_cast<std::size_t>(around.batch_norm_node)] = true;
    done[static_cast<std::size_t>(around.output)] = true;
    steps_.push_back({.operation =
                          [&device, window, tensors, convolve,
                           activation = around.activation](std::span<const Tensor<T>> inputs) {
                            Tape<T> tape(device, Tape<T>::Recording::off);
                            const Variable<T> bias{tensors.bias};
                            return convolve(
                                       tape, Variable<T>{inputs[0]}, Variable<T>{tensors.kernel},
                                       tensors.bias.defined() ? &bias : nullptr, window, activation)
                                .value;
                          },
                      .inputs = {around.input},
                      .output = around.output,
                      .last_uses = {}});
  };

  /// Appends a layer that `run` computes, which makes the value `output`.
  const auto add_layer = [&](const Node& node, std::span<const Variable<T>> own, int output,
                             auto run) {
    steps_.push_back({.operation =
                          [&device, run, layer = node.layer,  // kept alive
                           own = std::vector<Variable<T>>(own.begin(), own.end())](
                              std::span<const Tensor<T>> inputs) {
                            Tape<T> tape(device, Tape<T>::Recording::off);
                            std::vector<Variable<T>> variables;
                            for (const Tensor<T>& input : inputs) variables.push_back({input});
                            return run(Call<T>{.tape = tape,
                                               .inputs = variables,
                                               .parameters = own,
                                               .training = false,
                                               .random = {}})
                                .value;
                          },
                      .inputs = node.inputs,
                      .output = output,
                      .last_uses = {}});
  };

  for (std::size_t i = static_cast<std::size_t>(first_) + 1; i <= last; ++i) {
    const Node& node = graph.nodes()[i];
    const int n = static_cast<int>(i);
    if (done[i] || (layer_as<ZeroPadding2D>(node) && finder.absorbed_by_convolution(n))) continue;
    const auto of_node = parameters.of_node(n);
    if (const auto* conv = layer_as<Conv2D>(node)) {
      add_convolution(n, *conv, of_node,
                      [](auto&&... arguments) { return conv2d<T>(arguments...); });
    } else if (const auto* depthwise = layer_as<DepthwiseConv2D>(node)) {
      add_convolution(n, *depthwise, of_node,
                      [](auto&&... arguments) { return depthwise_conv2d<T>(arguments...); });
    } else if (const auto* separable = layer_as<SeparableConv2D>(node)) {
      // What comes after it folds into its second convolution, what comes before it into its first.
      add_convolution(n, *separable, of_node.subspan(1),
                      [depthwise_kernel = of_node[0]](
                          Tape<T>& tape, const Variable<T>& x, const Variable<T>& kernel,
                          const Variable<T>* bias, const Window& window, Activation activation) {
                        const Variable<T> filtered = depthwise_conv2d<T>(
                            tape, x, depthwise_kernel, nullptr, window, Activation::none);
                        return conv2d<T>(tape, filtered, kernel, bias, Window{}, activation);
                      });
    } else if (const auto* batch_norm = layer_as<BatchNormalization>(node);
               batch_norm && finder.activation_after(n) >= 0) {
      const int output = finder.activation_after(n);
      done[static_cast<std::size_t>(output)] = true;
      const Activation activation =
          graph.nodes()[static_cast<std::size_t>(output)].layer->activation();
      add_layer(node, of_node, output, [batch_norm, activation](const Call<T>& call) {
        return batch_norm->infer(call, activation);
      });
    } else {
      add_layer(node, of_node, n,
                [layer = node.layer.get()](const Call<T>& call) { return layer->forward(call); });
    }
  }
  find_last_uses();
}

template <class T>
void FrozenPlan<T>::find_last_uses() {
  std::vector<bool> used_later(values_, false);
  for (std::size_t s = steps_.size(); s-- > 0;)
    for (const int input : steps_[s].inputs)
      if (!used_later[static_cast<std::size_t>(input)]) {
        used_later[static_cast<std::size_t>(input)] = true;
        steps_[s].last_uses.push_back(input);
      }
}

template <class T>
Tensor<T> FrozenPlan<T>::run(const Tensor<T>& x) const {
  std::vector<Tensor<T>> values(values_);
  values[static_cast<std::size_t>(first_)] = x;
  for (const Step& step : steps_) {
    std::vector<Tensor<T>> inputs;
    for (const int input : step.inputs) inputs.push_back(values[static_cast<std::size_t>(input)]);
    for (const int input : step.last_uses) values[static_cast<std::size_t>(input)] = {};
    values[static_cast<std::size_t>(step.output)] = step.operation(inputs);
  }
  return values[static_cast<std::size_t>(last_)];
}

template class FrozenPlan<float>;
template class FrozenPlan<double>;

}  // namespace nanopneumo

#include "models/frozen_plan.h"

#include <algorithm>

#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/separable_conv2d.h"
#include "layers/zero_padding2d.h"
#include "models/fold_batch_norm.h"

namespace nanopneumo {
namespace {

/// The layer of a node as an L, or null.
template <class L>
const L* layer_as(const Node& node) {
  return dynamic_cast<const L*>(node.layer.get());
}

/// The layers around a convolution that its call can do as well.
struct Neighbourhood {
  int input;                ///< value the call reads
  Padding2D extra_padding;  ///< of a ZeroPadding2D before it
  const BatchNormalization* batch_norm = nullptr;
  int batch_norm_node = -1;
  Activation activation = Activation::none;
  int output;  ///< value the call makes
};

/// Finds what can be fused in a segment. A layer can be taken in only where nobody else reads the
/// value in between.
class FusionFinder {
 public:
  FusionFinder(const Graph& graph, std::size_t first, std::size_t last)
      : graph_(graph), readers_(graph.nodes().size()), first_(first), last_(last) {
    for (std::size_t n = first + 1; n <= last; ++n)
      for (const int input : graph.nodes()[n].inputs)
        readers_[static_cast<std::size_t>(input)].push_back(static_cast<int>(n));
  }

  Neighbourhood around(int convolution, Activation own_activation) const {
    Neighbourhood found{.input = node(convolution).inputs[0],
                        .extra_padding = {},
                        .activation = own_activation,
                        .output = convolution};
    const Node& before = node(found.input);
    const auto* padding = before.layer ? layer_as<ZeroPadding2D>(before) : nullptr;
    // A padding layer that is the segment's first node has run already: its output is given.
    if (padding && static_cast<std::size_t>(found.input) != first_ &&
        only_reader(found.input) == convolution) {
      found.extra_padding = padding->padding();
      found.input = before.inputs[0];
    }
    if (own_activation != Activation::none) return found;
    int next = only_reader(found.output);
    if (next >= 0 && (found.batch_norm = layer_as<BatchNormalization>(node(next)))) {
      found.batch_norm_node = found.output = next;
      next = only_reader(found.output);
    }
    if (next >= 0 && node(next).layer->activation() != Activation::none) {
      found.activation = node(next).layer->activation();
      found.output = next;
    }
    return found;
  }

  /// Whether a padding layer's value is only read by a convolution that does the padding itself.
  bool absorbed_by_convolution(int padding_node) const {
    const int reader = only_reader(padding_node);
    return reader >= 0 &&
           (layer_as<Conv2D>(node(reader)) || layer_as<DepthwiseConv2D>(node(reader)) ||
            layer_as<SeparableConv2D>(node(reader)));
  }

 private:
  const Node& node(int n) const { return graph_.nodes()[static_cast<std::size_t>(n)]; }
  /// The one node that reads this value; -1 where there is none, several, or it is the segment's
  /// result.
  int only_reader(int value) const {
    const auto& readers = readers_[static_cast<std::size_t>(value)];
    return static_cast<std::size_t>(value) != last_ && readers.size() == 1 ? readers[0] : -1;
  }

  const Graph& graph_;
  std::vector<std::vector<int>> readers_;
  std::size_t first_, last_;
};

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
  const FusionFinder finder(graph, static_cast<std::size_t>(first_), last);
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
    } else {
      steps_.push_back({.operation =
                            [&device, layer = node.layer,
                             own = std::vector<Variable<T>>(of_node.begin(), of_node.end())](
                                std::span<const Tensor<T>> inputs) {
                              Tape<T> tape(device, Tape<T>::Recording::off);
                              std::vector<Variable<T>> variables;
                              for (const Tensor<T>& input : inputs) variables.push_back({input});
                              return layer
                                  ->forward(Call<T>{.tape = tape,
                                                    .inputs = variables,
                                                    .parameters = own,
                                                    .training = false,
                                                    .random = {}})
                                  .value;
                            },
                        .inputs = node.inputs,
                        .output = n,
                        .last_uses = {}});
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

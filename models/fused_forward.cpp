#include "models/fused_forward.h"

#include "layers/add.h"
#include "layers/batch_norm_max_pool.h"
#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/folded_batch_norm.h"
#include "layers/pooling2d.h"
#include "layers/random_streams.h"
#include "layers/separable_conv2d.h"
#include "layers/zero_padding2d.h"
#include "models/fusion_finder.h"

namespace nanopneumo {
namespace {

/// One pass through a segment.
template <class T>
class FusedPass {
 public:
  FusedPass(const Graph& graph, const Parameters<T>& parameters, Tape<T>& tape, const Pass& pass,
            int first, int last, const Observer<T>& observer)
      : graph_(graph),
        parameters_(parameters),
        tape_(tape),
        pass_(pass),
        observer_(observer),
        first_(first),
        last_(last),
        finder_(graph, first, last),
        readers_(graph.nodes().size(), 0),
        last_reader_(graph.nodes().size(), -1),
        values_(graph.nodes().size()),
        done_(graph.nodes().size(), false) {
    for (int n = first + 1; n <= last; ++n)
      for (const int input : node(n).inputs) {
        ++readers_[index(input)];
        last_reader_[index(input)] = n;
      }
  }

  Variable<T> run(const Variable<T>& x) {
    values_[index(first_)] = x;
    for (int n = first_ + 1; n <= last_; ++n)
      if (!done_[index(n)]) run_node(n);
    return values_[index(last_)];
  }

 private:
  static std::size_t index(int n) { return static_cast<std::size_t>(n); }
  const Node& node(int n) const { return graph_.nodes()[index(n)]; }
  bool is_training(int n) const { return pass_.training && !node(n).frozen && !node(n).inference; }

  /// The value for one of its readers; the last one takes it away.
  Variable<T> read(int value) {
    Variable<T>& held = values_[index(value)];
    if (!held.value.defined())
      throw std::logic_error("layer " + node(value).name +
                             " lies outside of the segment that runs");
    return --readers_[index(value)] == 0 ? std::exchange(held, {}) : held;
  }

  void write(int value, Variable<T> output) {
    if (observer_) observer_(value, output);
    values_[index(value)] = std::move(output);
  }

  void run_node(int n) {
    const auto own = parameters_.of_node(n);
    if (const auto* conv = layer_as<Conv2D>(node(n))) {
      run_convolution(n, *conv, own,
                      [&](const Joined& with, const Variable<T>& kernel, const Variable<T>* bias,
                          const Window& window) {
                        const Variable<T> x = read(with.input);
                        const Variable<T> residual =
                            with.residual < 0 ? Variable<T>{} : read(with.residual);
                        return conv2d<T>(tape_, x, kernel, bias, window, with.activation,
                                         with.gradient, with.residual < 0 ? nullptr : &residual);
                      });
    } else if (const auto* depthwise = layer_as<DepthwiseConv2D>(node(n))) {
      run_convolution(n, *depthwise, own,
                      [&](const Joined& with, const Variable<T>& kernel, const Variable<T>* bias,
                          const Window& window) {
                        return depthwise_conv2d<T>(tape_, read(with.input), kernel, bias, window,
                                                   with.activation);
                      });
    } else if (const auto* separable = layer_as<SeparableConv2D>(node(n))) {
      run_convolution(n, *separable, own.subspan(1),
                      [&](const Joined& with, const Variable<T>& kernel, const Variable<T>* bias,
                          const Window& window) {
                        const Variable<T> filtered = depthwise_conv2d<T>(
                            tape_, read(with.input), own[0], nullptr, window, Activation::none);
                        return conv2d<T>(tape_, filtered, kernel, bias, Window{}, with.activation);
                      });
    } else if (pool_after(n)) {
      run_batch_norm_max_pool(n);
    } else if (!layer_as<ZeroPadding2D>(node(n)) || !finder_.absorbed_by_convolution(n)) {
      run_layer(n);
    }
  }

  /// The one node that reads a value; -1 where there is none or several.
  int sole_reader(int value) const {
    return value != last_ && readers_[index(value)] == 1 ? last_reader_[index(value)] : -1;
  }

  /// The max pooling that node n does in passing, a batch normalisation in training; else null.
  const MaxPooling2D* pool_after(int n) const {
    if (n < 0 || !layer_as<BatchNormalization>(node(n)) || !is_training(n)) return nullptr;
    const int reader = sole_reader(n);
    return reader < 0 ? nullptr : layer_as<MaxPooling2D>(node(reader));
  }

  /// The activation of the convolution before node n whose derivative node n applies.
  Activation activation_left_to(int n) const {
    if (!pool_after(n)) return Activation::none;
    const int before = node(n).inputs[0];
    const auto* conv =
        before > first_ && sole_reader(before) == n ? layer_as<Conv2D>(node(before)) : nullptr;
    return conv && conv->options().activation == Activation::relu ? Activation::relu
                                                                  : Activation::none;
  }

  void run_batch_norm_max_pool(int n) {
    const auto* batch_norm = layer_as<BatchNormalization>(node(n));
    const int pool = sole_reader(n);
    const Activation before = activation_left_to(n);
    const Variable<T> x = read(node(n).inputs[0]);
    write(pool, batch_norm_max_pool(
                    tape_, x, batch_norm->variables(parameters_.of_node(n)), batch_norm->options(),
                    layer_as<MaxPooling2D>(node(pool))->window(node(n).output), before));
    done_[index(pool)] = true;
  }

  void run_layer(int n) {
    std::vector<Variable<T>> inputs;
    for (const int input : node(n).inputs) inputs.push_back(read(input));
    write(n,
          node(n).layer->forward(Call<T>{
              .tape = tape_,
              .inputs = inputs,
              .parameters = parameters_.of_node(n),
              .training = is_training(n),
              .random = {pass_.seed, kLayerStream + static_cast<std::uint32_t>(n), pass_.step}}));
  }

  /// What goes into the call of a convolution.
  struct Joined : Neighbourhood {
    int sum = -1;  ///< node that adds `residual` before the activation
    int residual = -1;
    ActivationGradient gradient = ActivationGradient::own;
  };

  /// Of convolution n, which has the activation `own` itself.
  Joined around(int n, Activation own) const {
    Joined found{finder_.around(n, own)};
    if (found.batch_norm && is_training(found.batch_norm_node)) {
      found.batch_norm = nullptr;
      found.output = n;
      found.activation = own;
    }
    // Swish's gradient needs its input, which a convolution that applies it in passing does not keep.
    if (found.activation == Activation::swish) {
      found.activation = Activation::none;
      found.output = found.batch_norm ? found.batch_norm_node : n;
    }
    return found;
  }

  /// Takes the sum that alone reads the output into the call, where its other summand is there, and the
  /// activation after it.
  void join_sum(Joined& with) const {
    const int sum = sole_reader(with.output);
    if (with.activation != Activation::none || sum < 0 || !layer_as<Add>(node(sum))) return;
    const std::vector<int>& summands = node(sum).inputs;
    const int other = summands[summands[0] == with.output ? 1 : 0];
    if (!values_[index(other)].value.defined()) return;
    with.residual = other;
    with.output = with.sum = sum;
    const int next = finder_.activation_after(sum);
    if (next < 0 || node(next).layer->activation() == Activation::swish) return;
    with.activation = node(next).layer->activation();
    with.output = next;
  }

  /// A convolution with the kernel and bias `own`, and what is around it; convolve(joined, kernel, bias,
  /// window) computes it.
  template <class L, class Convolve>
  void run_convolution(int n, const L& layer, std::span<const Variable<T>> own,
                       const Convolve& convolve) {
    const Activation activation = layer.options().activation;
    if (activation == Activation::swish) return run_layer(n);
    Joined with = around(n, activation);
    if constexpr (std::is_same_v<L, Conv2D>) {
      join_sum(with);
      if (activation_left_to(sole_reader(n)) != Activation::none)
        with.gradient = ActivationGradient::of_reader;
    }
    Window window = layer.window(node(node(n).inputs[0]).output);
    window.pad = window.pad + with.extra_padding;
    Variable<T> kernel = own[0], bias = own.size() > 1 ? own[1] : Variable<T>{};
    if (with.batch_norm) {
      const FoldedParameters<T> folded = fold_into_convolution(
          tape_, kernel, own.size() > 1 ? &bias : nullptr,
          with.batch_norm->variables(parameters_.of_node(with.batch_norm_node)),
          with.batch_norm->options().epsilon);
      kernel = folded.kernel;
      bias = folded.bias;
      done_[index(with.batch_norm_node)] = true;
    }
    write(with.output, convolve(with, kernel, bias.value.defined() ? &bias : nullptr, window));
    if (with.sum >= 0) done_[index(with.sum)] = true;
    done_[index(with.output)] = true;
  }

  const Graph& graph_;
  const Parameters<T>& parameters_;
  Tape<T>& tape_;
  const Pass& pass_;
  const Observer<T>& observer_;
  int first_, last_;
  FusionFinder finder_;
  std::vector<int> readers_;      ///< of each value, how many have not run yet
  std::vector<int> last_reader_;  ///< of each value
  std::vector<Variable<T>> values_;
  std::vector<bool> done_;  ///< by the operation of an earlier node
};

}  // namespace

template <class T>
Variable<T> fused_forward(const Graph& graph, const Parameters<T>& parameters, Tape<T>& tape,
                          const Variable<T>& x, const Pass& pass, Segment segment,
                          const Observer<T>& observer) {
  const Shape& expected = graph.nodes()[static_cast<std::size_t>(segment.first)].output;
  if (x.shape().rank() < 1 || x.shape().without_batch() != expected)
    throw_shape_error("{} takes a batch of {} here, not {}", graph.name(), expected.str(),
                      x.shape().str());
  const int last = segment.last < 0 ? static_cast<int>(graph.nodes().size()) - 1 : segment.last;
  return FusedPass<T>(graph, parameters, tape, pass, segment.first, last, observer).run(x);
}

template Variable<float> fused_forward(const Graph&, const Parameters<float>&, Tape<float>&,
                                       const Variable<float>&, const Pass&, Segment,
                                       const Observer<float>&);
template Variable<double> fused_forward(const Graph&, const Parameters<double>&, Tape<double>&,
                                        const Variable<double>&, const Pass&, Segment,
                                        const Observer<double>&);

}  // namespace nanopneumo

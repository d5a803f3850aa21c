#include "models/plan_lowering.h"

#include <cmath>

#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/concatenate.h"
#include "layers/conv2d.h"
#include "layers/dense.h"
#include "layers/dense_softmax.h"
#include "layers/depthwise_conv2d.h"
#include "layers/dropout.h"
#include "layers/global_average_pooling2d.h"
#include "layers/multiply.h"
#include "layers/normalization.h"
#include "layers/pooling2d.h"
#include "layers/rescaling.h"
#include "layers/reshape.h"
#include "layers/separable_conv2d.h"
#include "layers/softmax.h"
#include "layers/zero_padding2d.h"

namespace nanopneumo {
namespace {

PlanValue value_of(const Shape& shape) {
  switch (shape.rank()) {
    case 1:
      return {.C = to_int(shape[0])};
    case 3:
      return {to_int(shape[0]), to_int(shape[1]), to_int(shape[2])};
    default:
      throw std::logic_error("a plan has no values of shape " + shape.str());
  }
}

/// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta as scale and shift. gamma and beta may be empty.
template <class T>
PlanAffine<T> affine(int x, int y, const std::vector<T>& gamma, const std::vector<T>& beta,
                     const std::vector<T>& mean, const std::vector<T>& variance, double epsilon) {
  PlanAffine<T> op{.x = x, .y = y, .scale = {}, .shift = {}};
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const double scale =
        (gamma.empty() ? 1 : double{gamma[c]}) / std::sqrt(double{variance[c]} + epsilon);
    op.scale.push_back(static_cast<T>(scale));
    op.shift.push_back(static_cast<T>((beta.empty() ? 0 : double{beta[c]}) - mean[c] * scale));
  }
  return op;
}

template <class T>
class Lowering {
 public:
  Lowering(const Graph& graph, const Parameters<T>& parameters, Segment segment)
      : graph_(graph), parameters_(parameters), values_(graph.nodes().size(), -1) {
    const int last = segment.last < 0 ? static_cast<int>(graph.nodes().size()) - 1 : segment.last;
    plan_.input = new_value(value_of(node(segment.first).output));
    value(segment.first) = plan_.input;
    for (int n = segment.first + 1; n <= last; ++n) add(n);
    plan_.output = value(last);
  }

  Plan<T> take() { return std::move(plan_); }

 private:
  const Node& node(int n) const { return graph_.nodes()[static_cast<std::size_t>(n)]; }
  int& value(int n) { return values_[static_cast<std::size_t>(n)]; }

  int new_value(const PlanValue& value) {
    plan_.values.push_back(value);
    return static_cast<int>(plan_.values.size()) - 1;
  }

  /// The value that input number i of a node is.
  int input(const Node& node, std::size_t i = 0) {
    const int v = value(node.inputs[i]);
    if (v < 0)
      throw std::logic_error("layer " + node.name + " reads from outside of the segment that runs");
    return v;
  }

  std::vector<T> weights(int n, std::size_t i) const {
    return parameters_.of_node(n)[i].value.to_host();
  }

  /// The window of a layer over the image that a node's input is.
  template <class L>
  Window window(const L& layer, const Node& reader) const {
    return layer.window(node(reader.inputs[0]).output);
  }

  void append(PlanOperation<T> operation) { plan_.operations.push_back(std::move(operation)); }

  void add(int n) {
    const Node& at = node(n);
    const Layer* layer = at.layer.get();
    if (dynamic_cast<const Dropout*>(layer)) {
      value(n) = input(at);
      return;
    }
    const int x = input(at), y = new_value(value_of(at.output));
    value(n) = y;
    if (layer->activation() != Activation::none) {
      append(PlanActivation{x, y, layer->activation()});
    } else if (const auto* conv = dynamic_cast<const Conv2D*>(layer)) {
      append(PlanConvolution<T>{.x = x,
                                .y = y,
                                .window = window(*conv, at),
                                .w = weights(n, 0),
                                .bias = conv->options().use_bias ? weights(n, 1) : std::vector<T>{},
                                .activation = conv->options().activation});
    } else if (const auto* depthwise = dynamic_cast<const DepthwiseConv2D*>(layer)) {
      append(
          PlanDepthwise<T>{.x = x,
                           .y = y,
                           .window = window(*depthwise, at),
                           .w = weights(n, 0),
                           .bias = depthwise->options().use_bias ? weights(n, 1) : std::vector<T>{},
                           .activation = depthwise->options().activation});
    } else if (const auto* separable = dynamic_cast<const SeparableConv2D*>(layer)) {
      add_separable(n, *separable, x, y);
    } else if (const auto* dense = dynamic_cast<const Dense*>(layer)) {
      append(
          PlanConvolution<T>{.x = x,
                             .y = y,
                             .window = {},
                             .w = weights(n, 0),
                             .bias = dense->options().use_bias ? weights(n, 1) : std::vector<T>{},
                             .activation = dense->options().activation});
    } else if (dynamic_cast<const DenseSoftmax*>(layer)) {
      const int logits = new_value(value_of(at.output));
      append(PlanConvolution<T>{
          .x = x, .y = logits, .window = {}, .w = weights(n, 0), .bias = weights(n, 1)});
      append(PlanSoftmax{logits, y});
    } else if (const auto* bn = dynamic_cast<const BatchNormalization*>(layer)) {
      const std::size_t beta = bn->options().scale ? 1 : 0;
      PlanAffine<T> op = affine(x, y, beta ? weights(n, 0) : std::vector<T>{}, weights(n, beta),
                                weights(n, beta + 1), weights(n, beta + 2), bn->options().epsilon);
      op.mean = weights(n, beta);
      op.deviation = beta ? weights(n, 0) : std::vector<T>(op.mean.size(), T{1});
      append(std::move(op));
    } else if (dynamic_cast<const Normalization*>(layer)) {
      append(affine<T>(x, y, {}, {}, weights(n, 0), weights(n, 1), Normalization::kEpsilon));
    } else if (const auto* rescaling = dynamic_cast<const Rescaling*>(layer)) {
      const auto channels = static_cast<std::size_t>(plan_.value(y).C);
      append(PlanAffine<T>{.x = x,
                           .y = y,
                           .scale = std::vector<T>(rescaling->scale().begin(),
                                                   rescaling->scale().begin() + channels),
                           .shift = std::vector<T>(channels)});
    } else {
      add_without_weights(at, x, y);
    }
  }

  void add_separable(int n, const SeparableConv2D& layer, int x, int y) {
    const Window w = window(layer, node(n));
    const PlanValue& image = plan_.value(x);
    const int filtered =
        new_value({.H = w.rows_out(image.H), .W = w.columns_out(image.W), .C = image.C});
    append(PlanDepthwise<T>{.x = x, .y = filtered, .window = w, .w = weights(n, 0), .bias = {}});
    append(PlanConvolution<T>{.x = filtered,
                              .y = y,
                              .window = {},
                              .w = weights(n, 1),
                              .bias = layer.options().use_bias ? weights(n, 2) : std::vector<T>{},
                              .activation = layer.options().activation});
  }

  void add_without_weights(const Node& at, int x, int y) {
    const Layer* layer = at.layer.get();
    if (const auto* max_pool = dynamic_cast<const MaxPooling2D*>(layer)) {
      append(PlanMaxPool{x, y, window(*max_pool, at)});
    } else if (const auto* average_pool = dynamic_cast<const AveragePooling2D*>(layer)) {
      append(PlanAveragePool{x, y, window(*average_pool, at)});
    } else if (dynamic_cast<const GlobalAveragePooling2D*>(layer)) {
      append(PlanGlobalAverage{x, y});
    } else if (dynamic_cast<const Add*>(layer)) {
      append(PlanAdd{x, input(at, 1), y});
    } else if (dynamic_cast<const Multiply*>(layer)) {
      append(PlanScale{x, input(at, 1), y});
    } else if (dynamic_cast<const Concatenate*>(layer)) {
      PlanConcatenate op{.parts = {}, .y = y};
      for (std::size_t i = 0; i < at.inputs.size(); ++i) op.parts.push_back(input(at, i));
      append(std::move(op));
    } else if (const auto* padding = dynamic_cast<const ZeroPadding2D*>(layer)) {
      append(PlanPad{x, y, padding->padding()});
    } else if (dynamic_cast<const Flatten*>(layer) || dynamic_cast<const Reshape*>(layer)) {
      append(PlanReshape{x, y});
    } else if (dynamic_cast<const SoftmaxActivation*>(layer)) {
      append(PlanSoftmax{x, y});
    } else {
      throw std::logic_error(std::string("a plan has no operation for ") +
                             std::string(layer->class_name()));
    }
  }

  const Graph& graph_;
  const Parameters<T>& parameters_;
  Plan<T> plan_;
  std::vector<int> values_;  ///< of each node, -1 where it has not run
};

}  // namespace

template <class T>
Plan<T> lower(const Graph& graph, const Parameters<T>& parameters, Segment segment) {
  return Lowering<T>(graph, parameters, segment).take();
}

template Plan<float> lower(const Graph&, const Parameters<float>&, Segment);
template Plan<double> lower(const Graph&, const Parameters<double>&, Segment);

}  // namespace nanopneumo

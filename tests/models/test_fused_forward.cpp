// Training with joined layers against training layer by layer.
#include <doctest/doctest.h>

#include "layers/activation.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/global_average_pooling2d.h"
#include "layers/pooling2d.h"
#include "layers/relu.h"
#include "layers/separable_conv2d.h"
#include "layers/zero_padding2d.h"
#include "models/fine_tuning.h"
#include "models/fused_forward.h"
#include "models/registry.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_json.h"
#include "tests/support/weighted_sum.h"

namespace nanopneumo::test {
namespace {

using V = Graph::Value;
using Values = std::vector<double>;

/// What a pass and its way back leave.
struct Outcome {
  Values output;
  std::vector<Values> parameters;  ///< gradients, or values where nothing is learned
  std::size_t records = 0;
};

template <class Forward>
Outcome pass(const Graph& g, bool training, const Forward& run) {
  const auto device = make_reference_device();
  Parameters<double> parameters(g, *device, 1);
  assign_formula(g, parameters);
  const Shape shape = g.nodes()[0].output.with_batch(2);
  Values values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = formula_table()[(i + 77) % formula_table().size()];
  Outcome outcome;
  {
    Tape<double> tape(*device);
    parameters.reset_gradients();
    const Variable<double> y = run(
        g, parameters, tape, Variable<double>{Tensor<double>::from_host(*device, shape, values)},
        Pass{.training = training, .seed = 3, .step = 4});
    outcome.output = y.value.to_host();
    outcome.records = tape.records();
    Values weights(outcome.output.size());
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] = formula_table()[(i + 5) % formula_table().size()];
    tape.backward(weighted_sum<double>(tape, y, weights));
  }
  parameters.finish_gradients();
  for (const Parameter<double>& parameter : parameters.all())
    outcome.parameters.push_back(parameter.trainable
                                     ? parameter.variable.gradient->value().to_host()
                                     : parameter.variable.value.to_host());
  return outcome;
}

/// Runs `g` both ways in double; `records`: how many operations with a gradient should be left.
void check(const char* what, const Graph& g, bool training, std::size_t records = 0) {
  INFO(what);
  const Outcome expected = pass(g, training, [](auto&&... a) { return forward<double>(a...); });
  const Outcome found = pass(g, training, [](auto&&... a) { return fused_forward<double>(a...); });
  if (records) CHECK(found.records == records);
  CHECK(max_relative_difference(found.output, expected.output) <= 1e-11);
  REQUIRE(found.parameters.size() == expected.parameters.size());
  for (std::size_t i = 0; i < expected.parameters.size(); ++i) {
    CAPTURE(i);
    double largest = 0;
    for (const double value : expected.parameters[i]) largest = std::max(largest, std::abs(value));
    // A bias before a batch normalisation in training has no influence: its gradient is rounding.
    if (largest < 1e-12) continue;
    CHECK(max_relative_difference(found.parameters[i], expected.parameters[i]) <= 1e-9);
    count_cases();
  }
}

Conv2D conv(int filters, bool bias, Activation activation = Activation::none) {
  return Conv2D({.filters = filters, .kernel_size = 3, .use_bias = bias, .activation = activation});
}

/// All layers in inference mode, with parameters that learn.
Graph fine_tuned(Graph g) {
  fine_tune(g, 1, static_cast<int>(g.nodes().size()) - 1, FineTunedBatchNorm::gamma_and_beta);
  return g;
}

// A folded batch normalisation leaves two records on the tape, its convolution one.
TEST_CASE("Batch normalisation in inference mode learns as a part of the convolution") {
  Graph g("g");
  V x = g.input({11, 10, 3});
  x = g.add(ZeroPadding2D({.top = 1, .bottom = 2, .left = 0, .right = 1}), x);
  x = g.add(conv(4, true), x);
  x = g.add(BatchNormalization(), x);
  x = g.add(ReLU(), x);
  check("padding, conv with bias, bn, relu", fine_tuned(g), true, 3);
  x = g.add(DepthwiseConv2D({.kernel_size = 3, .use_bias = false}), x);
  x = g.add(BatchNormalization({.scale = false}), x);
  x = g.add(ReLU(ReLU::MaxValue::six), x);
  check("depthwise, bn without gamma, relu6", fine_tuned(g), true, 6);
  x = g.add(SeparableConv2D({.filters = 5, .kernel_size = 2}), x);
  x = g.add(BatchNormalization(), x);
  check("separable with bias, bn", fine_tuned(g), true, 10);
  x = g.add(ActivationLayer(Activation::swish), x);
  check("swish", fine_tuned(g), true, 11);
  V y = g.add(BatchNormalization(), g.add(Conv2D({.filters = 5, .kernel_size = 1}), x));
  x = g.add("add", Add(), {x, y});
  x = g.add(ReLU(), x);
  check("residual", fine_tuned(g), true, 14);
  y = g.add(conv(5, true), g.add(ZeroPadding2D({.top = 1, .bottom = 1, .left = 1, .right = 1}), x));
  g.add("add_1", Add(), {y, x});
  check("a sum without activation or bn", fine_tuned(g), true, 15);
}

TEST_CASE("Frozen parameters beside learning ones stay as they are") {
  Graph g("g");
  V x = g.input({9, 8, 3});
  const V first = x = g.add(conv(4, true), x);
  x = g.add(BatchNormalization(), x);
  x = g.add(ReLU(), x);
  const V second = x = g.add(conv(3, false), x);
  const V norm = g.add(BatchNormalization(), x);
  g.freeze_up_to(norm);
  check(
      "all frozen but what follows",
      [&] {
        Graph learning = g;
        learning.add(conv(2, true), norm);
        return learning;
      }(),
      true, 1);
  Graph kernel = g;
  kernel.fine_tune(second);
  check("the kernel before a frozen bn", kernel, true, 2);
  Graph gamma = g;
  gamma.fine_tune(norm);
  check("a bn after a frozen kernel", gamma, true, 3);
  Graph both = g;
  both.fine_tune(first);
  check("a bias before a frozen bn", both, true);
}

TEST_CASE("Batch normalisation in training does the pooling after it") {
  Graph g("g");
  V x = g.input({16, 17, 3});
  x = g.add(conv(4, true, Activation::relu), x);
  x = g.add(BatchNormalization(), x);
  x = g.add(MaxPooling2D(2), x);
  check("conv relu, bn, pool", g, true, 2);
  check("the same in inference mode", g, false, 3);
  x = g.add(BatchNormalization({.scale = false}), x);
  x = g.add(MaxPooling2D({2, 3}, Size2D{1, 2}), x);
  check("bn without gamma, overlapping pool", g, true, 3);
  x = g.add(conv(2, false), x);
  x = g.add(BatchNormalization(), x);
  check("conv, bn as the result", g, true, 5);
}

TEST_CASE("A value that is read twice is not joined with one of its readers") {
  Graph relu("relu");
  V x = relu.add(conv(3, true, Activation::relu), relu.input({8, 8, 3}));
  V pooled = relu.add(MaxPooling2D(2), relu.add(BatchNormalization(), x));
  relu.add("add", Add(), {pooled, relu.add(MaxPooling2D(2), x)});
  check("relu read by bn and by a pool", relu, true, 4);

  Graph norm("norm");
  x = norm.add(BatchNormalization(), norm.add(conv(3, true), norm.input({8, 8, 3})));
  norm.add("add", Add(), {norm.add(MaxPooling2D(2), x), norm.add(AveragePooling2D(2), x)});
  check("bn read by two pools", norm, true, 5);
}

TEST_CASE("All networks learn the same layer by layer and with joined layers") {
  for (const Architecture& architecture : architectures()) {
    const int size = std::max(architecture.minimum_size, 32);
    Graph g = build_model(architecture, {size, size, 3}, {});
    if (architecture.is_backbone)
      g.add(GlobalAveragePooling2D(), V{static_cast<int>(g.nodes().size()) - 1});
    check(std::string(architecture.name).c_str(), architecture.is_backbone ? fine_tuned(g) : g,
          true);
  }
}

}  // namespace
}  // namespace nanopneumo::test

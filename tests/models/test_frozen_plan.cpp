// The fused plan against running the graph layer by layer.
#include <doctest/doctest.h>

#include "layers/activation.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/dropout.h"
#include "layers/global_average_pooling2d.h"
#include "layers/pooling2d.h"
#include "layers/relu.h"
#include "layers/separable_conv2d.h"
#include "layers/zero_padding2d.h"
#include "models/cnn.h"
#include "models/frozen_plan.h"
#include "models/mobilenet.h"
#include "models/vgg16.h"
#include "models/xception.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_json.h"

namespace nanopneumo::test {
namespace {

using V = Graph::Value;
constexpr ReLU::MaxValue kSix = ReLU::MaxValue::six;

Conv2D conv(int filters, bool bias = false, Activation activation = Activation::none) {
  return Conv2D({.filters = filters,
                 .kernel_size = 3,
                 .padding = PaddingMode::same,
                 .use_bias = bias,
                 .activation = activation});
}

/// Runs a segment of `g` with formula weights both ways in double; `operations`: how many the plan
/// should be left with.
void check(const char* what, const Graph& g, std::size_t operations, Segment segment = {}) {
  INFO(what);
  const auto device = make_reference_device();
  Parameters<double> parameters(g, *device, 1);
  assign_formula(g, parameters);
  const Shape& image = g.nodes()[static_cast<std::size_t>(segment.first)].output;
  std::vector<double> values(static_cast<std::size_t>(image.with_batch(2).elements()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = formula_table()[(i + 77) % formula_table().size()];
  const auto x = Tensor<double>::from_host(*device, image.with_batch(2), values);

  const FrozenPlan<double> plan(g, parameters, *device, segment);
  CHECK(plan.operations() == operations);
  Tape<double> off(*device, Tape<double>::Recording::off);
  const Variable<double> expected = forward(g, parameters, off, {x}, Pass{}, segment);
  const std::size_t before = device->allocator().statistics().in_use;
  {
    const Tensor<double> y = plan.run(x);
    CHECK(y.shape() == expected.shape());
    const double difference = max_relative_difference(y.to_host(), expected.value.to_host());
    CHECK(difference <= 1e-12);
    CHECK(plan.run(x).to_host() == y.to_host());
  }
  CHECK(device->allocator().statistics().in_use == before);
  CHECK(x.to_host() == values);  // the input stays as it is
  count_cases();
}

TEST_CASE("A convolution takes in what follows it") {
  Graph g("g");
  V x = g.input({7, 6, 3});
  x = g.add(conv(4), x);
  x = g.add(BatchNormalization({.scale = false}), x);
  x = g.add(ReLU(), x);
  check("conv, bn without gamma, relu", g, 1);
  x = g.add(DepthwiseConv2D({.kernel_size = 3, .use_bias = true}), x);
  x = g.add(BatchNormalization({.epsilon = 0.01}), x);
  x = g.add(ReLU(kSix), x);
  check("depthwise with bias, bn, relu6", g, 2);
  x = g.add(conv(5, true), x);
  x = g.add(ReLU(kSix), x);
  check("conv with bias, relu6", g, 3);
  x = g.add(conv(5, true), x);
  x = g.add(BatchNormalization(), x);
  check("conv with bias, bn", g, 4);
  x = g.add(Dropout(0.5), x);
  x = g.add(GlobalAveragePooling2D(), x);
  check("layers of other kinds", g, 6);
}

TEST_CASE("A separable convolution takes in what is before and after it") {
  Graph g("g");
  V x = g.input({9, 6, 3});
  x = g.add(ZeroPadding2D({.top = 1, .right = 2}), x);
  x = g.add(SeparableConv2D({.filters = 5, .kernel_size = 3, .use_bias = false}), x);
  x = g.add(BatchNormalization(), x);
  x = g.add(ReLU(), x);
  check("padding, separable, bn, relu", g, 1);
  x = g.add(SeparableConv2D(
                {.filters = 4, .kernel_size = {3, 2}, .strides = 2, .padding = PaddingMode::same}),
            x);
  x = g.add(BatchNormalization({.scale = false}), x);
  check("separable with bias, bn", g, 2);
  x = g.add(SeparableConv2D({.filters = 2, .kernel_size = 1, .activation = Activation::relu}), x);
  g.add(BatchNormalization(), x);
  check("separable relu, bn", g, 4);
}

TEST_CASE("An activation inside a convolution keeps batch normalisation out of it") {
  Graph g("g");
  V x = g.input({7, 6, 3});
  x = g.add(conv(4, true, Activation::relu), x);
  x = g.add(BatchNormalization(), x);
  check("conv relu, bn", g, 2);
  x = g.add(ReLU(), x);
  check("conv relu, bn, relu", g, 2);  // batch normalisation can apply the activation, too
  x = g.add(MaxPooling2D(2), x);
  x = g.add(BatchNormalization({.scale = false}), x);
  x = g.add(ActivationLayer(Activation::swish), x);
  check("pooling, bn without gamma, swish", g, 4);
  check("bn is the result", g, 4, {.last = 5});
}

TEST_CASE("Padding is taken in by the one convolution that reads it") {
  Graph g("g");
  V x = g.input({7, 6, 3});
  x = g.add(ZeroPadding2D({.top = 1, .bottom = 2, .left = 0, .right = 3}), x);
  x = g.add(Conv2D({.filters = 4, .kernel_size = 3, .strides = 2, .padding = PaddingMode::same}),
            x);
  check("padding, conv same stride 2", g, 1);
  x = g.add(ZeroPadding2D({.bottom = 1, .right = 1}), x);
  x = g.add(DepthwiseConv2D({.kernel_size = 3, .strides = 2}), x);
  check("padding, depthwise", g, 2);
  x = g.add(ZeroPadding2D({.top = 1}), x);
  check("padding as the result", g, 3);
  x = g.add(ZeroPadding2D({.left = 1}), x);
  x = g.add(conv(2), x);
  check("padding of padding", g, 4);
}

TEST_CASE("Padding that two layers read stays an operation") {
  Graph two("two");
  const V x = two.input({7, 6, 3});
  const V padded = two.add(ZeroPadding2D({.top = 2, .right = 1}), x);
  const V a = two.add(conv(4), padded), b = two.add(conv(4, true), padded);
  two.add("add", Add(), {a, b});
  check("padding read by two convolutions", two, 4);

  Graph pool("pool");
  pool.add(MaxPooling2D(2), pool.add(ZeroPadding2D({.top = 1}), pool.input({7, 6, 3})));
  check("padding before pooling", pool, 2);
}

TEST_CASE("A value that is read twice is not swallowed") {
  Graph before_bn("before_bn");
  V x = before_bn.input({7, 6, 3});
  V c = before_bn.add(conv(4), x);
  V bn = before_bn.add(BatchNormalization(), c);
  before_bn.add("add", Add(), {c, bn});
  check("a convolution read by bn and by add", before_bn, 3);

  Graph before_relu("before_relu");
  x = before_relu.input({7, 6, 3});
  bn = before_relu.add(BatchNormalization(), before_relu.add(conv(4), x));
  before_relu.add("add", Add(), {bn, before_relu.add(ReLU(), bn)});
  check("bn read by relu and by add", before_relu, 3);

  Graph residual("residual");
  x = residual.add(conv(4), residual.input({7, 6, 3}));
  x = residual.add(ReLU(), x);
  V y = residual.add(BatchNormalization(), residual.add(conv(4), x));
  x = residual.add("add", Add(), {x, y});
  x = residual.add(ReLU(), x);
  y = residual.add(conv(4), x);
  residual.add("twice", Add(), {y, y});
  check("residual blocks", residual, 6);
}

TEST_CASE("Segments begin and end where they are told to") {
  Graph g("g");
  V x = g.input({7, 6, 3});
  x = g.add(ZeroPadding2D({.top = 1, .left = 1}), x);  // 1
  x = g.add(conv(4), x);                               // 2
  x = g.add(BatchNormalization(), x);                  // 3
  x = g.add(ReLU(), x);                                // 4
  g.add(conv(2), x);                                   // 5
  check("all", g, 2);
  check("from the padded image on", g, 2, {.first = 1});
  check("from inside of what would be fused", g, 2, {.first = 2});  // bn with relu, conv
  check("bn is the result", g, 1, {.last = 3});
  check("the convolution is the result", g, 1, {.last = 2});
  check("padding is the result", g, 1, {.last = 1});
  check("nothing", g, 0, {.first = 3, .last = 3});
}

TEST_CASE("A branch that leads nowhere does not become the result") {
  Graph g("g");
  const V x = g.input({7, 6, 3});
  const V c = g.add(conv(4), x);
  g.add(MaxPooling2D(2), x);
  g.add(BatchNormalization(), c);
  check("dead end between a convolution and its bn", g, 2);
}

TEST_CASE("A plan without a graph gives its input back") {
  const auto device = make_reference_device();
  const auto x = Tensor<double>::from_host(*device, {1, 2}, std::vector<double>{3, 4});
  CHECK(FrozenPlan<double>().run(x).to_host() == std::vector<double>{3, 4});
  CHECK(FrozenPlan<double>().operations() == 0);
  count_cases();
}

TEST_CASE("Plans of the models") {
  // Four times convolution with ReLU, bn, pooling; flatten, dense, dropout, dense.
  check("cnn", cnn({46, 50, 3}), 16);
  // conv1, then a depthwise and a pointwise convolution for each of 13 blocks.
  check("mobilenet, alpha 0.25", mobilenet({41, 37, 3}, {.alpha = 0.25}), 27);
  // 13 convolutions and 5 poolings.
  check("vgg16", vgg16({32, 33, 3}), 18);
  // 2 + 34 convolutions and 4 shortcuts; 4 poolings; 12 sums. Of the ReLUs those before the first
  // separable convolution of a block, 3 + 8, have another layer or several that read their input.
  check("xception", xception({71, 72, 3}), 2 + 34 + 4 + 4 + 12 + 11);
}

}  // namespace
}  // namespace nanopneumo::test

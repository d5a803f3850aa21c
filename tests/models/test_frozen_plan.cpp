// The fused plan against running the graph layer by layer.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "kernels/cpu/cpu_features.h"
#include "layers/activation.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/concatenate.h"
#include "layers/conv2d.h"
#include "layers/dense_softmax.h"
#include "layers/depthwise_conv2d.h"
#include "layers/dropout.h"
#include "layers/global_average_pooling2d.h"
#include "layers/multiply.h"
#include "layers/pooling2d.h"
#include "layers/relu.h"
#include "layers/rescaling.h"
#include "layers/reshape.h"
#include "layers/separable_conv2d.h"
#include "layers/zero_padding2d.h"
#include "models/cnn.h"
#include "models/frozen_plan.h"
#include "models/mobilenet.h"
#include "models/plan_lowering.h"
#include "models/plan_rules.h"
#include "models/vgg16.h"
#include "models/xception.h"
#include "tests/models/compiled_plan.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_json.h"

namespace nanopneumo::test {
namespace {

using V = Graph::Value;
constexpr ReLU::MaxValue kSix = ReLU::MaxValue::six;

/// Runs a segment of `g` with formula weights both ways in double; `operations`: how many the plan
/// should be left with.
void check(const char* what, const Graph& g, std::size_t operations, Segment segment = {}) {
  INFO(what);
  const auto device = make_reference_device();
  Parameters<double> parameters(g, *device, 1);
  assign_formula(g, parameters);
  const Shape& image = g.nodes()[static_cast<std::size_t>(segment.first)].output;
  const std::vector<double> values = formula_values(image.with_batch(2).elements());
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

  check_compiled(g, segment, Precision::float32, 1e-5);
  if (cpu::multiplies_bfloat16())
    check_compiled(g, segment, Precision::bf16, 3e-2);
  else
    skip_cases(3, "this CPU does not multiply bfloat16");
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
  check("dropout vanishes, pooling stays", g, 5);
}

TEST_CASE("A separable convolution takes in what is before and after it") {
  Graph g("g");
  V x = g.input({9, 6, 3});
  x = g.add(ZeroPadding2D({.top = 1, .right = 2}), x);
  x = g.add(SeparableConv2D({.filters = 5, .kernel_size = 3, .use_bias = false}), x);
  x = g.add(BatchNormalization(), x);
  x = g.add(ReLU(), x);
  check("padding, separable, bn, relu", g, 2);
  x = g.add(SeparableConv2D(
                {.filters = 4, .kernel_size = {3, 2}, .strides = 2, .padding = PaddingMode::same}),
            x);
  x = g.add(BatchNormalization({.scale = false}), x);
  check("separable with bias, bn", g, 4);
  x = g.add(SeparableConv2D({.filters = 2, .kernel_size = 1, .activation = Activation::relu}), x);
  g.add(BatchNormalization(), x);
  check("separable relu, bn", g, 7);
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
  check("padding of padding", g, 3);
}

TEST_CASE("Padding that two layers read stays an operation") {
  Graph two("two");
  const V x = two.input({7, 6, 3});
  const V padded = two.add(ZeroPadding2D({.top = 2, .right = 1}), x);
  const V a = two.add(conv(4), padded), b = two.add(conv(4, true), padded);
  two.add("add", Add(), {a, b});
  check("padding read by two convolutions", two, 3);

  Graph pool("pool");
  pool.add(MaxPooling2D(2), pool.add(ZeroPadding2D({.top = 1}), pool.input({7, 6, 3})));
  check("padding before pooling of what may be negative", pool, 2);
}

TEST_CASE("Padding is taken in by a max pooling of what is not negative") {
  Graph g("g");
  V x = g.add(conv(4, true, Activation::relu), g.input({7, 6, 3}));
  x = g.add(ZeroPadding2D({.top = 1, .bottom = 1, .left = 1, .right = 1}), x);
  x = g.add(MaxPooling2D(3, 2), x);
  check("relu, padding, pooling", g, 2);
  x = g.add(ZeroPadding2D({.top = 1}), x);
  x = g.add(MaxPooling2D(2, 1), x);
  check("pooling does not tell of its input", g, 4);
  Graph wide("wide");
  x = wide.add(conv(4, true, Activation::relu), wide.input({7, 6, 3}));
  wide.add(MaxPooling2D(2), wide.add(ZeroPadding2D({.top = 2}), x));
  check("windows of padding alone", wide, 3);
}

TEST_CASE("A sum becomes the residual of the later convolution that it adds") {
  Graph g("g");
  const V x = g.input({7, 6, 3});
  V a = g.add(BatchNormalization(), g.add(conv(4), x));
  V b = g.add(BatchNormalization(), g.add(conv(4, true), x));
  V y = g.add(ReLU(), g.add(Add(), {b, a}));
  check("two branches", g, 2);
  V pooled = g.add(MaxPooling2D(3, 1, PaddingMode::same), y);
  y = g.add(Add(), {g.add(conv(4), y), pooled});  // the other value is made after the convolution
  check("convolution and pooling", g, 4);
  y = g.add(Add(), {g.add(conv(4, true, Activation::relu), y), y});
  check("activation before the sum", g, 6);
  y = g.add(Add(), {g.add(Conv2D({.filters = 4, .kernel_size = 1}), y), y});
  check("residual and input are one", g, 7);
}

TEST_CASE("Concatenations are written in place") {
  Graph g("g");
  V x = g.add(conv(5, true, Activation::relu), g.input({7, 6, 3}));
  for (int i = 0; i < 3; ++i) {  // a dense block
    V y = g.add(ReLU(), g.add(BatchNormalization(), x));
    x = g.add(Concatenate(), {x, g.add(conv(3), y)});
  }
  check("dense block", g, 1 + 3 * 3);
  const V pooled = g.add(AveragePooling2D(3, 1, PaddingMode::same), x);
  const V largest = g.add(MaxPooling2D(3, 1, PaddingMode::same), x);
  const V convolved = g.add(ReLU(kSix), g.add(conv(4), x));
  V all = g.add(Concatenate(), {pooled, convolved, largest, convolved});  // one part twice
  check("branches", g, 10 + 4);
  all = g.add(conv(3), all);
  g.add(Concatenate(), {all, all});
  check("the result, and both parts are one", g, 14 + 2);
  Graph input("input");
  x = input.input({4, 5, 3});
  input.add(Concatenate(), {x, input.add(conv(2), x)});
  check("the input is a part", input, 2);
}

TEST_CASE("Averages and 1x1 convolutions come in the order that takes less work") {
  const auto pointwise = [](int filters, bool bias) {
    return Conv2D({.filters = filters, .kernel_size = 1, .use_bias = bias});
  };
  Graph g("g");
  V x = g.add(conv(8), g.input({9, 7, 3}));
  // Fewer channels: the convolution first, and the pooling applies the activation.
  V y = g.add(AveragePooling2D(3, 1, PaddingMode::same), x);
  y = g.add(ReLU(), g.add(BatchNormalization(), g.add(pointwise(5, true), y)));
  check("pooling, conv to fewer, bn, relu", g, 3);
  // As many: it stays, and the convolution applies it.
  y = g.add(AveragePooling2D(3, 1, PaddingMode::same), y);
  y = g.add(ReLU(kSix), g.add(pointwise(5, false), y));
  check("pooling, conv to as many, relu6", g, 5);
  // A smaller image: the pooling first.
  y = g.add(AveragePooling2D(2), g.add(pointwise(3, true), y));
  check("conv, pooling that makes smaller", g, 7);
  y = g.add(pointwise(2, true), g.add(AveragePooling2D(2), y));
  check("pooling that makes smaller, conv", g, 9);

  Graph kept("kept");
  x = kept.add(conv(8), kept.input({9, 7, 3}));
  y = kept.add(AveragePooling2D(3, 1, PaddingMode::same), x);
  kept.add(Concatenate(), {y, kept.add(pointwise(5, true), y)});
  check("the average is read by others, too", kept, 4);
  Graph between("between");
  x = between.add(ReLU(), between.add(pointwise(4, true), between.input({9, 7, 3})));
  between.add(AveragePooling2D(2), x);
  check("an activation between them", between, 2);
  Graph sum("sum");
  x = sum.add(conv(8), sum.input({9, 7, 3}));
  y = sum.add(pointwise(5, true), sum.add(AveragePooling2D(3, 1, PaddingMode::same), x));
  sum.add(Add(), {y, sum.add(pointwise(5, true), x)});
  check("a sum behind them", sum, 4);
}

/// Rows of what each operation of the graph's plan makes.
std::vector<int> rows_made(const Graph& g) {
  const auto device = make_reference_device();
  Parameters<double> parameters(g, *device, 1);
  Plan<double> plan = lower(g, parameters, {});
  fuse(plan);
  std::vector<int> rows;
  for (const auto& operation : plan.operations) rows.push_back(plan.value(output_of(operation)).H);
  return rows;
}

TEST_CASE("Strides of 1x1 convolutions move to what makes their pixels") {
  using Rows = std::vector<int>;
  const auto pointwise = [](int filters, Size2D strides) {
    return Conv2D({.filters = filters, .kernel_size = 1, .strides = strides});
  };
  Graph block("block");
  V x = block.add(conv(4), block.input({9, 6, 3}));
  V y = block.add(pointwise(4, 1), block.add(conv(3, true), x));
  y = block.add(ReLU(), block.add(Add(), {x, y}));
  block.add(Add(), {block.add(pointwise(5, 2), y), block.add(pointwise(5, 2), y)});
  check("through the end of a residual block", block, 6);
  CHECK(rows_made(block) == Rows{9, 5, 5, 5, 5, 5});  // the second: pixels of the residual

  Graph stack("stack");
  x = stack.add(Conv2D({.filters = 4, .kernel_size = {3, 2}, .strides = {2, 1}}),
                stack.input({20, 21, 3}));
  x = stack.add(DepthwiseConv2D({.kernel_size = 3, .padding = PaddingMode::same}), x);
  stack.add(pointwise(2, {1, 3}), stack.add(pointwise(3, {3, 2}), x));
  check("strides are multiplied", stack, 4);
  CHECK(rows_made(stack) == Rows{9, 3, 3, 3});

  Graph differ("differ");
  x = differ.add(conv(4), differ.input({9, 6, 3}));
  differ.add(Concatenate(), {differ.add(GlobalAveragePooling2D(), differ.add(pointwise(2, 2), x)),
                             differ.add(GlobalAveragePooling2D(), differ.add(pointwise(2, 3), x))});
  check("two that read different pixels", differ, 6);
  CHECK(rows_made(differ) == Rows{9, 5, 1, 3, 1, 1});

  Graph others("others");
  x = others.add(conv(4), others.input({9, 6, 3}));
  others.add(
      Add(),
      {others.add(pointwise(2, 2), x),
       others.add(
           Conv2D({.filters = 2, .kernel_size = 3, .strides = 2, .padding = PaddingMode::same}),
           x)});
  check("a wider window reads all pixels", others, 3);
  CHECK(rows_made(others) == Rows{9, 5, 5});

  Graph pooled("pooled");
  x = pooled.add(MaxPooling2D(2, 1), pooled.add(conv(4), pooled.input({9, 6, 3})));
  pooled.add(pointwise(2, 2), x);
  check("a pooling keeps its own", pooled, 3);
  CHECK(rows_made(pooled) == Rows{9, 8, 4});
}

TEST_CASE("Squeeze and excite, softmax, and padding that stays") {
  Graph g("g");
  V x = g.add(ActivationLayer(Activation::swish), g.add(conv(6), g.input({7, 6, 3})));
  V s = g.add(Reshape({1, 1, 6}), g.add(GlobalAveragePooling2D(), x));
  s = g.add(Conv2D({.filters = 6, .kernel_size = 1, .activation = Activation::sigmoid}), s);
  x = g.add(Multiply(), {x, s});
  check("squeeze and excite", g, 5);
  x = g.add(ZeroPadding2D({.top = 2, .bottom = 1, .left = 0, .right = 3}), x);
  x = g.add(GlobalAveragePooling2D(), x);
  check("padding before another layer", g, 7);
  g.add(DenseSoftmax(4), x);
  check("softmax", g, 9);
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
  check("residual blocks", residual, 4);
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
  check("dead end between a convolution and its bn", g, 1);
}

TEST_CASE("Affine maps that follow each other are one") {
  Graph g("g");
  V x = g.input({7, 6, 3});
  x = g.add(Rescaling({0.5f, 0.25f, 2.0f}), x);
  x = g.add(BatchNormalization(), x);
  x = g.add(BatchNormalization({.scale = false}), x);
  x = g.add(ReLU(), x);
  check("rescaling, bn, bn, relu", g, 1);
}

TEST_CASE("A plan refuses a batch of another shape") {
  const auto device = make_reference_device();
  Graph g("g");
  g.add(ReLU(), g.input({7, 6, 3}));
  const Parameters<double> parameters(g, *device, 1);
  const FrozenPlan<double> plan(g, parameters, *device, {});
  CHECK_THROWS_AS(plan.run(Tensor<double>(*device, {2, 6, 7, 3})), ShapeError);
  CHECK_THROWS_AS(plan.run(Tensor<double>(*device, Shape{})), ShapeError);
  count_cases(2);
}

TEST_CASE("NaN reaches the result of a part that is trained") {
  const auto cpu = make_cpu_device(2);
  Graph g("g");
  V x = g.add(conv(4, true, Activation::relu), g.input({7, 6, 3}));
  g.add(ReLU(kSix), g.add(BatchNormalization(), g.add(conv(4), x)));
  Parameters<float> parameters(g, *cpu, 1);
  assign_formula(g, parameters);
  const Variable<float>& kernel = parameters.of_node(1)[0];
  kernel.value.copy_from_host(std::vector<float>(static_cast<std::size_t>(kernel.value.size()),
                                                 std::numeric_limits<float>::quiet_NaN()));
  const auto image = Tensor<float>::from_host(*cpu, {1, 7, 6, 3}, std::vector<float>(7 * 6 * 3, 1));
  for (const float y : FrozenPlan<float>(g, parameters, *cpu, {}).run(image).to_host())
    CHECK(std::isnan(y));
  count_cases();
}

TEST_CASE("A plan without a graph gives its input back") {
  const auto device = make_reference_device();
  const auto x = Tensor<double>::from_host(*device, {1, 2}, std::vector<double>{3, 4});
  CHECK(FrozenPlan<double>().run(x).to_host() == std::vector<double>{3, 4});
  CHECK(FrozenPlan<double>().operations() == 0);
  count_cases();
}

TEST_CASE("Plans of the models") {
  // Four times convolution with ReLU, bn, pooling; flatten, dense, dense.
  check("cnn", cnn({46, 50, 3}), 15);
  // conv1, then a depthwise and a pointwise convolution for each of 13 blocks.
  check("mobilenet, alpha 0.25", mobilenet({41, 37, 3}, {.alpha = 0.25}), 27);
  // 13 convolutions and 5 poolings.
  check("vgg16", vgg16({32, 33, 3}), 18);
  // 2 convolutions, 34 separable ones and 4 shortcuts; 4 poolings; the 12 sums are residuals. Of the ReLUs those
  // before the first separable convolution of a block, 3 + 8, have another layer or several that read their input.
  check("xception", xception({71, 72, 3}), 2 + 2 * 34 + 4 + 4 + 11);
}

}  // namespace
}  // namespace nanopneumo::test

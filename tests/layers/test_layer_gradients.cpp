// Every layer's backward against differences of its forward, in double.
#include <doctest/doctest.h>

#include "layers/activation.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/binary_cross_entropy.h"
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
#include "layers/relu.h"
#include "layers/rescaling.h"
#include "layers/reshape.h"
#include "layers/separable_conv2d.h"
#include "layers/softmax.h"
#include "layers/zero_padding2d.h"
#include "tests/layers/layer_under_test.h"

namespace nanopneumo::test {
namespace {

void check(const Layer& layer, const LayerCase& c) {
  INFO(std::string(layer.class_name()) << " " << c.what);
  CHECK(LayerUnderTest(layer, c).check() == "");
}

/// The same layer with every combination of frozen parameters and frozen input, training and not.
void check_frozen_combinations(const Layer& layer, const std::string& what, const Shape& image,
                               const std::vector<std::string>& names) {
  for (unsigned mask = 0; mask < 1u << names.size(); ++mask) {
    LayerCase c{.what = what + ",", .inputs = {image}};
    for (std::size_t i = 0; i < names.size(); ++i)
      if (mask >> i & 1) c.frozen.push_back(names[i]);
    for (const std::string& name : c.frozen) c.what += " frozen " + name;
    check(layer, c);
    c.training = true;
    c.what += " training";
    check(layer, c);
  }
}

TEST_CASE("Gradients of Conv2D") {
  using enum PaddingMode;
  check(Conv2D({.filters = 3, .kernel_size = 3}), {.what = "3x3", .inputs = {{5, 6, 2}}});
  check(Conv2D({.filters = 2, .kernel_size = {2, 3}, .strides = {2, 1}, .padding = same}),
        {.what = "2x3 stride 2,1 same", .inputs = {{5, 4, 3}}, .batch = 1});
  check(Conv2D({.filters = 1, .kernel_size = 1, .strides = 2}),
        {.what = "1x1 stride 2", .inputs = {{5, 5, 1}}});
  for (const Activation activation :
       {Activation::relu, Activation::relu6, Activation::sigmoid, Activation::swish})
    check(Conv2D({.filters = 4, .kernel_size = 2, .activation = activation}),
          {.what = fmt::format("activation {}", static_cast<int>(activation)),
           .inputs = {{4, 4, 2}}});
  check_frozen_combinations(
      Conv2D({.filters = 2, .kernel_size = 3, .padding = same, .activation = Activation::sigmoid}),
      "conv", {4, 3, 2}, {"kernel", "bias", "input"});
  check_frozen_combinations(Conv2D({.filters = 2, .kernel_size = 3, .use_bias = false}),
                            "conv without bias", {4, 3, 2}, {"kernel", "input"});
}

TEST_CASE("Gradients of DepthwiseConv2D") {
  using enum PaddingMode;
  check(DepthwiseConv2D({.kernel_size = 3, .strides = 2, .padding = same}),
        {.what = "stride 2 same", .inputs = {{5, 6, 3}}});
  check(DepthwiseConv2D({.kernel_size = {3, 2}, .activation = Activation::relu6}),
        {.what = "3x2 relu6", .inputs = {{4, 5, 1}}, .batch = 1});
  check_frozen_combinations(DepthwiseConv2D({.kernel_size = 2, .activation = Activation::sigmoid}),
                            "depthwise", {4, 3, 3}, {"kernel", "bias", "input"});
  check_frozen_combinations(DepthwiseConv2D({.kernel_size = 3, .use_bias = false}),
                            "depthwise without bias", {4, 3, 3}, {"kernel", "input"});
}

TEST_CASE("Gradients of SeparableConv2D") {
  check(SeparableConv2D(
            {.filters = 4, .kernel_size = {3, 2}, .strides = 2, .padding = PaddingMode::same}),
        {.what = "3x2 stride 2 same", .inputs = {{5, 6, 3}}});
  check_frozen_combinations(
      SeparableConv2D(
          {.filters = 2, .kernel_size = 3, .use_bias = false, .activation = Activation::relu}),
      "separable", {4, 5, 2}, {"depthwise_kernel", "pointwise_kernel", "input"});
}

TEST_CASE("Gradients of Concatenate and Multiply") {
  check(Concatenate(), {.what = "one", .inputs = {{2, 3, 4}}});
  check(Concatenate(), {.what = "three", .inputs = {{2, 3, 1}, {2, 3, 4}, {2, 3, 2}}});
  check(Concatenate(), {.what = "features", .inputs = {{3}, {2}}});
  check(Multiply(), {.what = "image and factors", .inputs = {{3, 2, 4}, {1, 1, 4}}});
}

TEST_CASE("Gradients of preprocessing layers") {
  check(Rescaling({0.5f, -2, 3}), {.what = "rescaling", .inputs = {{3, 4, 3}}});
  check(Normalization(),
        {.what = "normalization", .inputs = {{3, 4, 3}}, .frozen = {"mean", "variance", "count"}});
}

TEST_CASE("Gradients of Dense") {
  check(Dense({.units = 1}), {.what = "one unit", .inputs = {{1}}, .batch = 1});
  check(Dense({.units = 7, .activation = Activation::relu}), {.what = "relu", .inputs = {{5}}});
  check_frozen_combinations(Dense({.units = 4, .activation = Activation::sigmoid}), "dense", {6},
                            {"kernel", "bias", "input"});
  check_frozen_combinations(Dense({.units = 4, .use_bias = false}), "dense without bias", {6},
                            {"kernel", "input"});
}

TEST_CASE("Gradients of BatchNormalization") {
  check_frozen_combinations(BatchNormalization(), "bn", {3, 2, 4}, {"gamma", "beta", "input"});
  check_frozen_combinations(BatchNormalization({.scale = false}), "bn without gamma", {3, 2, 4},
                            {"beta", "input"});
  check_frozen_combinations(BatchNormalization({.momentum = 0.9, .epsilon = 1e-2}),
                            "bn of features", {5}, {"gamma", "beta", "input"});
}

TEST_CASE("Gradients of pooling") {
  using enum PaddingMode;
  for (const PaddingMode padding : {valid, same})
    for (const Size2D pool : {Size2D(2), Size2D(3, 2)})
      for (const Size2D strides : {Size2D(1), Size2D(2), Size2D(2, 3)}) {
        const LayerCase c{
            .what = fmt::format("{}x{} strides {}x{} {}", pool.height, pool.width, strides.height,
                                strides.width, padding == same ? "same" : "valid"),
            .inputs = {{5, 6, 2}}};
        check(MaxPooling2D(pool, strides, padding), c);
        check(AveragePooling2D(pool, strides, padding), c);
      }
  check(GlobalAveragePooling2D(), {.what = "map", .inputs = {{3, 4, 5}}});
  check(GlobalAveragePooling2D(true), {.what = "keepdims", .inputs = {{3, 4, 5}}});
}

TEST_CASE("Gradients of activations, shapes and sums") {
  check(ReLU(), {.what = "relu", .inputs = {{3, 4, 2}}});
  // 1400 values 0.01 apart: they reach beyond 6.
  check(ReLU(ReLU::MaxValue::six), {.what = "relu6", .inputs = {{7, 10, 10}}});
  for (const Activation activation :
       {Activation::relu, Activation::sigmoid, Activation::swish, Activation::none})
    check(ActivationLayer(activation),
          {.what = fmt::format("Activation {}", static_cast<int>(activation)),
           .inputs = {{3, 4, 2}}});
  check(DenseSoftmax(5), {.what = "dense softmax", .inputs = {{6}}});
  check(SoftmaxActivation(), {.what = "softmax", .inputs = {{9}}});
  check(Flatten(), {.what = "flatten", .inputs = {{3, 2, 4}}});
  check(Reshape({4, 6}), {.what = "reshape", .inputs = {{3, 2, 4}}});
  check(ZeroPadding2D({.top = 1, .bottom = 2, .left = 0, .right = 3}),
        {.what = "padding", .inputs = {{2, 3, 2}}});
  check(Add(), {.what = "add", .inputs = {{2, 3}, {2, 3}}});
}

TEST_CASE("Gradients of Dropout") {
  check(Dropout(0.4), {.what = "inference", .inputs = {{40}}});
  check(Dropout(0.4), {.what = "training", .inputs = {{40}}, .training = true});
  check(Dropout(0.4, Dropout::Drops::whole_images),
        {.what = "whole images", .inputs = {{3, 2, 4}}, .batch = 7, .training = true});
  check(Dropout(0), {.what = "rate 0", .inputs = {{40}}, .training = true});
}

TEST_CASE("Gradient of the loss") {
  const auto device = make_reference_device();
  const auto tensor = [&](const Shape& shape, const Values& values) {
    return Tensor<double>::from_host(*device, shape, values);
  };
  const Values z{-30, -2, -0.1, 0.3, 4, 25}, t{0, 1, 0, 1, 1, 0};
  for (const Values& w : {Values{}, Values{1.94, 0.67, 1.94, 0.67, 0.67, 1.94}}) {
    const auto loss = [&](Tape<double>& tape, const Variable<double>& logits) {
      return binary_cross_entropy(tape, logits, tensor({6}, t),
                                  w.empty() ? Tensor<double>() : tensor({6}, w));
    };
    const Variable<double> logits{
        tensor({6, 1}, z), std::make_shared<Gradient<double>>(Tensor<double>(*device, {6, 1}))};
    Tape<double> tape(*device);
    tape.backward(loss(tape, logits));
    const Values numeric = numeric_gradient(z, [&](const Values& values) {
      Tape<double> off(*device, Tape<double>::Recording::off);
      return loss(off, {tensor({6, 1}, values)}).value.to_host()[0];
    });
    CHECK(gradient_error(logits.gradient->value().to_host(), numeric) <= 1);
    count_cases();
  }
}

}  // namespace
}  // namespace nanopneumo::test

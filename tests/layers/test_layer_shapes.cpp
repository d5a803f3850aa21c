// Output shapes, parameters, names and errors of the layers, as Keras has them.
#include <doctest/doctest.h>

#include "layers/add.h"
#include "layers/batch_norm_max_pool.h"
#include "layers/batch_normalization.h"
#include "layers/binary_cross_entropy.h"
#include "layers/conv2d.h"
#include "layers/dense.h"
#include "layers/depthwise_conv2d.h"
#include "layers/dropout.h"
#include "layers/global_average_pooling2d.h"
#include "layers/pooling2d.h"
#include "layers/relu.h"
#include "layers/reshape.h"
#include "layers/softmax.h"
#include "layers/zero_padding2d.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/shape_error.h"

namespace nanopneumo::test {
namespace {

using enum PaddingMode;

Shape shape_of(const Layer& layer, const std::vector<Shape>& inputs) {
  return layer.output_shape(inputs);
}

/// How a window lies on one axis: TensorFlow's formulas, tabulated by hand.
struct AxisRow {
  int in, kernel, stride;
  int valid_out;  ///< floor((in - kernel) / stride) + 1; 0: does not fit
  int same_out, before, after;
};

constexpr AxisRow kAxes[] = {
    {250, 3, 2, 124, 125, 0, 1}, {131, 3, 2, 65, 66, 1, 1}, {97, 3, 2, 48, 49, 1, 1},
    {250, 3, 1, 248, 250, 1, 1}, {7, 1, 1, 7, 7, 0, 0},     {7, 1, 2, 4, 4, 0, 0},
    {8, 1, 2, 4, 4, 0, 0},       {8, 2, 1, 7, 8, 0, 1},     {8, 2, 2, 4, 4, 0, 0},
    {9, 2, 2, 4, 5, 0, 1},       {9, 5, 2, 3, 5, 2, 2},     {10, 5, 2, 3, 5, 1, 2},
    {10, 7, 3, 2, 4, 3, 3},      {11, 7, 4, 2, 3, 2, 2},    {5, 3, 4, 1, 2, 1, 1},
    {1, 3, 1, 0, 1, 1, 1},       {1, 3, 2, 0, 1, 1, 1},     {2, 3, 2, 0, 1, 0, 1},
    {3, 2, 5, 1, 1, 0, 0},
};

TEST_CASE("Windows slide as TensorFlow's do") {
  for (const AxisRow& row : kAxes) {
    INFO(row.in << " " << row.kernel << " " << row.stride);
    // The row along the height, something simple along the width; then the other way round.
    const Shape tall{row.in, 6, 3}, wide{6, row.in, 3};
    const Size2D kernel_h(row.kernel, 2), kernel_w(2, row.kernel);
    const Size2D stride_h(row.stride, 1), stride_w(1, row.stride);
    CHECK(make_window("w", tall, kernel_h, stride_h, same).pad ==
          Padding2D{row.before, row.after, 0, 1});
    CHECK(make_window("w", wide, kernel_w, stride_w, same).pad ==
          Padding2D{0, 1, row.before, row.after});
    const Conv2D conv(
        {.filters = 4, .kernel_size = kernel_h, .strides = stride_h, .padding = same});
    CHECK(shape_of(conv, {tall}) == Shape{row.same_out, 6, 4});
    CHECK(shape_of(DepthwiseConv2D({.kernel_size = kernel_w, .strides = stride_w, .padding = same}),
                   {wide}) == Shape{6, row.same_out, 3});
    CHECK(shape_of(MaxPooling2D(kernel_h, stride_h, same), {tall}) == Shape{row.same_out, 6, 3});
    const Conv2D valid_conv({.filters = 4, .kernel_size = kernel_h, .strides = stride_h});
    const AveragePooling2D valid_pool(kernel_w, stride_w);
    if (row.valid_out > 0) {
      CHECK(make_window("w", tall, kernel_h, stride_h, valid).pad == Padding2D{});
      CHECK(shape_of(valid_conv, {tall}) == Shape{row.valid_out, 5, 4});
      CHECK(shape_of(valid_pool, {wide}) == Shape{5, row.valid_out, 3});
    } else {
      CHECK(
          says(shape_error_of([&] { (void)shape_of(valid_conv, {tall}); }), "Conv2D", tall.str()));
      CHECK(says(shape_error_of([&] { (void)shape_of(valid_pool, {wide}); }), "AveragePooling2D",
                 wide.str()));
    }
    count_cases();
  }
}

TEST_CASE("Shapes of the other layers") {
  CHECK(shape_of(Dense({.units = 5}), {{7}}) == Shape{5});
  CHECK(shape_of(BatchNormalization(), {{4, 5, 6}}) == Shape{4, 5, 6});
  CHECK(shape_of(MaxPooling2D(2), {{29, 12, 3}}) == Shape{14, 6, 3});  // strides: the pool's size
  CHECK(shape_of(GlobalAveragePooling2D(), {{4, 5, 6}}) == Shape{6});
  CHECK(shape_of(GlobalAveragePooling2D(true), {{4, 5, 6}}) == Shape{1, 1, 6});
  CHECK(shape_of(Flatten(), {{4, 5, 6}}) == Shape{120});
  CHECK(shape_of(Reshape({30, 4}), {{4, 5, 6}}) == Shape{30, 4});
  CHECK(shape_of(ZeroPadding2D({.top = 1, .bottom = 2, .left = 3, .right = 4}), {{5, 6, 7}}) ==
        Shape{8, 13, 7});
  CHECK(shape_of(ReLU(), {{4, 5, 6}}) == Shape{4, 5, 6});
  CHECK(shape_of(Dropout(0.5), {{4, 5}}) == Shape{4, 5});
  CHECK(shape_of(SoftmaxActivation(), {{1000}}) == Shape{1000});
  CHECK(shape_of(Add(), {{4, 5}, {4, 5}}) == Shape{4, 5});
  count_cases(12);
}

struct Weight {
  std::string name;
  Shape shape;
  bool trainable = true;
};

void check_weights(const Layer& layer, const Shape& input, const std::vector<Weight>& expected) {
  const std::vector<ParameterSpec> found = layer.parameters(std::vector<Shape>{input});
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].name == expected[i].name);
    CHECK(found[i].shape == expected[i].shape);
    CHECK(found[i].trainable == expected[i].trainable);
    const Initializer initializer =
        expected[i].name == "kernel" ? Initializer::glorot_uniform
        : expected[i].name == "gamma" || expected[i].name == "moving_variance" ? Initializer::ones
                                                                               : Initializer::zeros;
    CHECK(found[i].initializer == initializer);
  }
  count_cases();
}

TEST_CASE("Parameters have Keras' names, order, shapes and first values") {
  check_weights(Conv2D({.filters = 8, .kernel_size = {3, 5}}), {9, 9, 2},
                {{"kernel", {3, 5, 2, 8}}, {"bias", {8}}});
  check_weights(Conv2D({.filters = 8, .kernel_size = 1, .use_bias = false}), {9, 9, 2},
                {{"kernel", {1, 1, 2, 8}}});
  check_weights(DepthwiseConv2D({.kernel_size = {3, 5}}), {9, 9, 2},
                {{"kernel", {3, 5, 2, 1}}, {"bias", {2}}});
  check_weights(DepthwiseConv2D({.kernel_size = 3, .use_bias = false}), {9, 9, 2},
                {{"kernel", {3, 3, 2, 1}}});
  check_weights(Dense({.units = 4}), {6}, {{"kernel", {6, 4}}, {"bias", {4}}});
  check_weights(Dense({.units = 4, .use_bias = false}), {6}, {{"kernel", {6, 4}}});
  check_weights(BatchNormalization(), {9, 9, 2},
                {{"gamma", {2}},
                 {"beta", {2}},
                 {"moving_mean", {2}, false},
                 {"moving_variance", {2}, false}});
  check_weights(BatchNormalization({.scale = false}), {9, 9, 2},
                {{"beta", {2}}, {"moving_mean", {2}, false}, {"moving_variance", {2}, false}});
  check_weights(MaxPooling2D(2), {9, 9, 2}, {});
}

TEST_CASE("Defaults of BatchNormalization are Keras'") {
  CHECK(BatchNormalization().options().momentum == 0.99);
  CHECK(BatchNormalization().options().epsilon == 1e-3);
  CHECK(BatchNormalization().options().scale);
  count_cases(3);
}

TEST_CASE("Default names follow Keras' rule") {
  const auto check = [](const Layer& layer, std::string_view name) {
    CHECK(layer.default_name() == name);
    CHECK(to_snake_case(layer.class_name()) == name);
    count_cases();
  };
  check(Conv2D({.filters = 1, .kernel_size = 1}), "conv2d");
  check(DepthwiseConv2D({.kernel_size = 1}), "depthwise_conv2d");
  check(Dense({.units = 1}), "dense");
  check(BatchNormalization(), "batch_normalization");
  check(ReLU(), "re_lu");
  check(MaxPooling2D(2), "max_pooling2d");
  check(AveragePooling2D(2), "average_pooling2d");
  check(GlobalAveragePooling2D(), "global_average_pooling2d");
  check(Flatten(), "flatten");
  check(Reshape({1}), "reshape");
  check(ZeroPadding2D({}), "zero_padding2d");
  check(Dropout(0.1), "dropout");
  check(SoftmaxActivation(), "activation");
  check(Add(), "add");
  const std::pair<const char*, const char*> others[] = {{"PReLU", "p_re_lu"},
                                                        {"LeakyReLU", "leaky_re_lu"},
                                                        {"LSTM", "lstm"},
                                                        {"GRUCell", "gru_cell"},
                                                        {"InputLayer", "input_layer"},
                                                        {"Conv2DTranspose", "conv2d_transpose"},
                                                        {"Layer2Norm", "layer2_norm"},
                                                        {"", ""}};
  for (const auto& [class_name, name] : others) CHECK(to_snake_case(class_name) == name);
  count_cases(8);
}

TEST_CASE("Errors of a layer name it and the shapes") {
  const auto error = [](const Layer& layer, const std::vector<Shape>& inputs) {
    return shape_error_of([&] { (void)layer.output_shape(inputs); });
  };
  const Shape features{12}, image{4, 5, 3};
  CHECK(says(error(Conv2D({.filters = 1, .kernel_size = 3}), {features}), "Conv2D", "(12,)"));
  CHECK(says(error(DepthwiseConv2D({.kernel_size = 3}), {features}), "DepthwiseConv2D", "(12,)"));
  CHECK(says(error(Dense({.units = 1}), {image}), "Dense", "(4, 5, 3)"));
  CHECK(says(error(MaxPooling2D(2), {features}), "MaxPooling2D", "(12,)"));
  CHECK(says(error(MaxPooling2D(7), {image}), "MaxPooling2D", "7x7", "(4, 5, 3)"));
  CHECK(says(error(GlobalAveragePooling2D(), {features}), "GlobalAveragePooling2D", "(12,)"));
  CHECK(says(error(ZeroPadding2D({}), {features}), "ZeroPadding2D", "(12,)"));
  CHECK(says(error(SoftmaxActivation(), {image}), "softmax", "(4, 5, 3)"));
  CHECK(says(error(Reshape({7}), {image}), "Reshape", "(7,)", "(4, 5, 3)"));
  CHECK(says(error(Add(), {image, features}), "Add", "(4, 5, 3)", "(12,)"));
  CHECK(says(error(Add(), {image}), "Add", "1"));
  CHECK(says(error(BatchNormalization(), {Shape{}}), "BatchNormalization", "()"));
  CHECK(says(error(Conv2D({.filters = 1, .kernel_size = 3, .strides = 0}), {image}), "Conv2D",
             "0x0"));
  for (const std::vector<Shape>& inputs : {std::vector<Shape>{}, {image, image}}) {
    CHECK(says(error(Conv2D({.filters = 1, .kernel_size = 3}), inputs), "Conv2D", "one input"));
    CHECK(says(error(ReLU(), inputs), "ReLU", "one input"));
    CHECK(says(error(Flatten(), inputs), "Flatten", "one input"));
    CHECK(says(error(Dropout(0.1), inputs), "Dropout", "one input"));
    CHECK(says(error(BatchNormalization(), inputs), "BatchNormalization", "one input"));
  }
  for (const double rate : {-0.1, 1.0, 2.0, std::numeric_limits<double>::quiet_NaN()})
    CHECK(says(shape_error_of([&] { (void)Dropout(rate); }), "Dropout", "[0, 1)"));
  count_cases(27);
}

TEST_CASE("Operations refuse tensors that do not fit and name their shapes") {
  const auto device = make_reference_device();
  Tape<double> tape(*device);
  const auto v = [&](const Shape& shape) {
    return Variable<double>{Tensor<double>(*device, shape)};
  };
  const Window window{.R = 3, .S = 3, .pad = {}};
  const auto none = Activation::none;
  const Variable<double> image = v({2, 5, 5, 3}), bias = v({4});
  CHECK(says(shape_error_of([&] {
               (void)conv2d(tape, image, v({3, 3, 2, 4}), &bias, window, none);
             }),
             "conv2d", "(2, 5, 5, 3)", "(3, 3, 2, 4)"));
  CHECK(says(shape_error_of([&] {
               (void)conv2d(tape, image, v({3, 3, 3, 5}), &bias, window, none);
             }),
             "conv2d", "(3, 3, 3, 5)", "(4,)"));
  CHECK(says(shape_error_of([&] {
               (void)depthwise_conv2d<double>(tape, image, v({3, 3, 2, 1}), nullptr, window, none);
             }),
             "(2, 5, 5, 3)", "(3, 3, 2, 1)"));
  CHECK(says(shape_error_of([&] {
               (void)dense(tape, v({2, 3}), v({4, 4}), &bias, none);
             }),
             "dense", "(2, 3)", "(4, 4)"));
  CHECK(says(shape_error_of([&] { (void)add(tape, v({2, 3}), v({3, 2})); }), "(2, 3)", "(3, 2)"));
  CHECK(says(shape_error_of([&] {
               (void)binary_cross_entropy(tape, v({3, 1}), v({4}).value, Tensor<double>());
             }),
             "(3, 1)", "(4,)"));
  CHECK(says(shape_error_of([&] {
               (void)max_pool2d(tape, v({1, 20, 20, 1}), {.R = 16, .S = 16, .pad = {}});
             }),
             "16x16"));
  BatchNormVariables<double> norm{v({1}), v({1}), v({1}), v({1})};
  const auto fused = [&](const Window& pool) {
    return shape_error_of([&] {
      (void)batch_norm_max_pool(tape, v({1, 20, 20, 1}), norm, {}, pool, none);
    });
  };
  CHECK(says(fused({.R = 16, .S = 16, .pad = {}}), "16x16"));
  norm.gamma = v({2});
  CHECK(says(fused({.R = 2, .S = 2, .pad = {}}), "(1, 20, 20, 1)"));
  CHECK(says(shape_error_of([&] { (void)softmax(tape, image); }), "softmax", "(2, 5, 5, 3)"));
  CHECK(tape.records() == 0);
  count_cases(11);
}

}  // namespace
}  // namespace nanopneumo::test

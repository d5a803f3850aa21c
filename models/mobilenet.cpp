#include "models/mobilenet.h"

#include <string>

#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/dropout.h"
#include "layers/global_average_pooling2d.h"
#include "layers/relu.h"
#include "layers/reshape.h"
#include "layers/softmax.h"
#include "layers/zero_padding2d.h"

namespace nanopneumo {
namespace {

/// A row of table 1: a depthwise separable block.
struct Block {
  int filters;
  int stride;
};

constexpr Block kBlocks[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                             {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};

Graph::Value bn_relu6(Graph& g, const std::string& name, Graph::Value x) {
  x = g.add(name + "_bn", BatchNormalization(), x);
  return g.add(name + "_relu", ReLU(ReLU::MaxValue::six), x);
}

/// Depthwise 3x3, then pointwise 1x1, each with batch normalisation and ReLU6 (figure 3). At stride
/// 2 Keras pads one row below and one column on the right, which on odd maps is not "same".
Graph::Value depthwise_block(Graph& g, int number, const Block& block, int filters,
                             Graph::Value x) {
  const std::string depthwise = "conv_dw_" + std::to_string(number);
  const std::string pointwise = "conv_pw_" + std::to_string(number);
  const bool down = block.stride > 1;
  g.begin_block("conv_" + std::to_string(number));
  if (down)
    x = g.add("conv_pad_" + std::to_string(number), ZeroPadding2D({.bottom = 1, .right = 1}), x);
  x = g.add(depthwise,
            DepthwiseConv2D({.kernel_size = 3,
                             .strides = block.stride,
                             .padding = down ? PaddingMode::valid : PaddingMode::same,
                             .use_bias = false}),
            x);
  x = bn_relu6(g, depthwise, x);
  x = g.add(
      pointwise,
      Conv2D(
          {.filters = filters, .kernel_size = 1, .padding = PaddingMode::same, .use_bias = false}),
      x);
  return bn_relu6(g, pointwise, x);
}

Graph::Value classifier(Graph& g, int classes, Graph::Value x) {
  g.begin_block("top");
  x = g.add(GlobalAveragePooling2D(/*keepdims=*/true), x);
  x = g.add("dropout", Dropout(1e-3), x);
  x = g.add("conv_preds",
            Conv2D({.filters = classes, .kernel_size = 1, .padding = PaddingMode::same}), x);
  x = g.add("reshape_2", Reshape({classes}), x);
  return g.add("predictions", SoftmaxActivation(), x);
}

}  // namespace

Graph mobilenet(const Shape& image, const MobileNetOptions& options) {
  const auto scaled = [&](int filters) { return static_cast<int>(filters * options.alpha); };
  if (!(options.alpha > 0) || scaled(32) < 1)
    throw_shape_error("MobileNet: alpha {} leaves no filters", options.alpha);
  Graph g("mobilenet");
  Graph::Value x = g.input(image);  // 250 x 250 x 3
  g.begin_block("conv1");
  x = g.add("conv1",
            Conv2D({.filters = scaled(32),
                    .kernel_size = 3,
                    .strides = 2,
                    .padding = PaddingMode::same,
                    .use_bias = false}),
            x);  // 125 x 125 x 32
  x = bn_relu6(g, "conv1", x);
  int number = 0;
  for (const Block& block : kBlocks)
    x = depthwise_block(g, ++number, block, scaled(block.filters), x);  // ... 7 x 7 x 1024
  if (options.include_top) classifier(g, options.classes, x);
  return g;
}

}  // namespace nanopneumo

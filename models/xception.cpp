#include "models/xception.h"

#include "layers/activation.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/pooling2d.h"
#include "layers/separable_conv2d.h"
#include "models/depth_order.h"
#include "models/imagenet_top.h"

namespace nanopneumo {
namespace {

Graph::Value relu(Graph& g, const std::string& name, Graph::Value x) {
  return g.add(name, ActivationLayer(Activation::relu), x);
}

Graph::Value separable(Graph& g, const std::string& name, int filters, Graph::Value x) {
  x = g.add(
      name,
      SeparableConv2D(
          {.filters = filters, .kernel_size = 3, .padding = PaddingMode::same, .use_bias = false}),
      x);
  return g.add(name + "_bn", BatchNormalization(), x);
}

/// A 3x3 convolution of the first block.
Graph::Value conv(Graph& g, const std::string& name, int filters, int stride, Graph::Value x) {
  x = g.add(name,
            Conv2D({.filters = filters, .kernel_size = 3, .strides = stride, .use_bias = false}),
            x);
  x = g.add(name + "_bn", BatchNormalization(), x);
  return relu(g, name + "_act", x);
}

/// Whether a ReLU comes before the first separable convolution of a block.
enum class FirstReLU { absent, present };

/// Two separable convolutions and a 3x3 max pooling, beside them a 1x1 convolution; both of stride 2.
Graph::Value down(Graph& g, const std::string& name, int filters_first, int filters_second,
                  FirstReLU first_relu, Graph::Value x) {
  g.begin_block(name);
  Graph::Value residual = g.add(Conv2D({.filters = filters_second,
                                        .kernel_size = 1,
                                        .strides = 2,
                                        .padding = PaddingMode::same,
                                        .use_bias = false}),
                                x);
  residual = g.add(BatchNormalization(), residual);
  if (first_relu == FirstReLU::present) x = relu(g, name + "_sepconv1_act", x);
  x = separable(g, name + "_sepconv1", filters_first, x);
  x = relu(g, name + "_sepconv2_act", x);
  x = separable(g, name + "_sepconv2", filters_second, x);
  x = g.add(name + "_pool", MaxPooling2D(3, 2, PaddingMode::same), x);
  return g.add(Add(), {x, residual});
}

/// A block of the middle flow: three times ReLU and a separable convolution, and the identity beside.
Graph::Value middle(Graph& g, const std::string& name, Graph::Value x) {
  g.begin_block(name);
  const Graph::Value residual = x;
  for (const char* layer : {"_sepconv1", "_sepconv2", "_sepconv3"}) {
    x = relu(g, name + layer + "_act", x);
    x = separable(g, name + layer, 728, x);
  }
  return g.add(Add(), {x, residual});
}

}  // namespace

Graph xception(const Shape& image, bool include_top) {
  Graph g("xception");
  Graph::Value x = g.input(image);  // 250 x 250 x 3
  // Entry flow.
  g.begin_block("block1");
  x = conv(g, "block1_conv1", 32, 2, x);
  x = conv(g, "block1_conv2", 64, 1, x);  // 122 x 122 x 64
  x = down(g, "block2", 128, 128, FirstReLU::absent, x);
  x = down(g, "block3", 256, 256, FirstReLU::present, x);
  x = down(g, "block4", 728, 728, FirstReLU::present, x);  // 16 x 16 x 728
  for (int block = 5; block <= 12; ++block) x = middle(g, "block" + std::to_string(block), x);
  // Exit flow.
  x = down(g, "block13", 728, 1024, FirstReLU::present, x);  // 8 x 8 x 1024
  g.begin_block("block14");
  x = separable(g, "block14_sepconv1", 1536, x);
  x = relu(g, "block14_sepconv1_act", x);
  x = separable(g, "block14_sepconv2", 2048, x);
  x = relu(g, "block14_sepconv2_act", x);
  if (include_top) imagenet_top(g, x);
  return in_depth_order(g);
}

}  // namespace nanopneumo

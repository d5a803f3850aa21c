#include "models/densenet121.h"

#include "layers/activation.h"
#include "layers/batch_normalization.h"
#include "layers/concatenate.h"
#include "layers/conv2d.h"
#include "layers/pooling2d.h"
#include "layers/zero_padding2d.h"
#include "models/depth_order.h"
#include "models/imagenet_top.h"

namespace nanopneumo {
namespace {

constexpr int kGrowthRate = 32;
constexpr int kLayersOfBlock[] = {6, 12, 24, 16};

Graph::Value bn_relu(Graph& g, const std::string& bn, const std::string& relu, Graph::Value x) {
  x = g.add(bn, BatchNormalization({.epsilon = 1.001e-5}), x);
  return g.add(relu, ActivationLayer(Activation::relu), x);
}

Graph::Value conv(Graph& g, const std::string& name, int filters, Size2D kernel_size,
                  Graph::Value x) {
  return g.add(name,
               Conv2D({.filters = filters,
                       .kernel_size = kernel_size,
                       .padding = PaddingMode::same,
                       .use_bias = false}),
               x);
}

/// H of section 3 with its bottleneck: the map grows by kGrowthRate channels.
Graph::Value dense_layer(Graph& g, const std::string& name, Graph::Value x) {
  g.begin_block(name);
  Graph::Value y = bn_relu(g, name + "_0_bn", name + "_0_relu", x);
  y = conv(g, name + "_1_conv", 4 * kGrowthRate, 1, y);
  y = bn_relu(g, name + "_1_bn", name + "_1_relu", y);
  y = conv(g, name + "_2_conv", kGrowthRate, 3, y);
  return g.add(name + "_concat", Concatenate(), {x, y});
}

/// Half as many channels, half as high and wide.
Graph::Value transition(Graph& g, const std::string& name, Graph::Value x) {
  g.begin_block(name);
  x = bn_relu(g, name + "_bn", name + "_relu", x);
  x = conv(g, name + "_conv", static_cast<int>(g.shape(x)[2] / 2), 1, x);
  return g.add(name + "_pool", AveragePooling2D(2), x);
}

}  // namespace

Graph densenet121(const Shape& image, bool include_top) {
  Graph g("densenet121");
  Graph::Value x = g.input(image);  // 250 x 250 x 3
  g.begin_block("conv1");
  x = g.add(ZeroPadding2D({.top = 3, .bottom = 3, .left = 3, .right = 3}), x);
  x = g.add("conv1_conv",
            Conv2D({.filters = 64, .kernel_size = 7, .strides = 2, .use_bias = false}),
            x);  // 125 x 125 x 64
  x = bn_relu(g, "conv1_bn", "conv1_relu", x);
  x = g.add(ZeroPadding2D({.top = 1, .bottom = 1, .left = 1, .right = 1}), x);
  x = g.add("pool1", MaxPooling2D(3, 2), x);  // 63 x 63 x 64
  int number = 1;
  for (const int layers : kLayersOfBlock) {
    if (number > 1) x = transition(g, "pool" + std::to_string(number), x);
    const std::string block = "conv" + std::to_string(++number) + "_block";
    for (int layer = 1; layer <= layers; ++layer)
      x = dense_layer(g, block + std::to_string(layer), x);  // ... 7 x 7 x 1024
  }
  g.begin_block("bn");
  x = bn_relu(g, "bn", "relu", x);
  if (include_top) imagenet_top(g, x);
  return in_depth_order(g);
}

}  // namespace nanopneumo

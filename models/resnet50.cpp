#include "models/resnet50.h"

#include "layers/activation.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/pooling2d.h"
#include "layers/zero_padding2d.h"
#include "models/depth_order.h"
#include "models/imagenet_top.h"

namespace nanopneumo {
namespace {

/// A row of table 1: bottleneck blocks 1x1 `filters`, 3x3 `filters`, 1x1 4 * `filters`.
struct Stage {
  const char* name;
  int blocks;
  int filters;
  int stride;  ///< of the first block
};

constexpr Stage kStages[] = {
    {"conv2", 3, 64, 1}, {"conv3", 4, 128, 2}, {"conv4", 6, 256, 2}, {"conv5", 3, 512, 2}};

Graph::Value conv_bn(Graph& g, const std::string& name, const Conv2D::Options& conv,
                     Graph::Value x) {
  x = g.add(name + "_conv", Conv2D(conv), x);
  return g.add(name + "_bn", BatchNormalization({.epsilon = 1.001e-5}), x);
}

Graph::Value relu(Graph& g, const std::string& name, Graph::Value x) {
  return g.add(name, ActivationLayer(Activation::relu), x);
}

/// Figure 5, right: y = relu(shortcut(x) + F(x)). The shortcut is a projection where the shape changes
/// (section 3.3, option B), which is in a stage's first block.
Graph::Value bottleneck(Graph& g, const std::string& name, const Stage& stage, bool first,
                        Graph::Value x) {
  g.begin_block(name);
  const int stride = first ? stage.stride : 1;
  const int wide = 4 * stage.filters;
  const Graph::Value shortcut =
      first ? conv_bn(g, name + "_0", {.filters = wide, .kernel_size = 1, .strides = stride}, x)
            : x;
  x = conv_bn(g, name + "_1", {.filters = stage.filters, .kernel_size = 1, .strides = stride}, x);
  x = relu(g, name + "_1_relu", x);
  x = conv_bn(g, name + "_2",
              {.filters = stage.filters, .kernel_size = 3, .padding = PaddingMode::same}, x);
  x = relu(g, name + "_2_relu", x);
  x = conv_bn(g, name + "_3", {.filters = wide, .kernel_size = 1}, x);
  x = g.add(name + "_add", Add(), {shortcut, x});
  return relu(g, name + "_out", x);
}

}  // namespace

Graph resnet50(const Shape& image, bool include_top) {
  Graph g("resnet50");
  Graph::Value x = g.input(image);  // 250 x 250 x 3
  g.begin_block("conv1");
  x = g.add("conv1_pad", ZeroPadding2D({.top = 3, .bottom = 3, .left = 3, .right = 3}), x);
  x = conv_bn(g, "conv1", {.filters = 64, .kernel_size = 7, .strides = 2}, x);  // 125 x 125 x 64
  x = relu(g, "conv1_relu", x);
  x = g.add("pool1_pad", ZeroPadding2D({.top = 1, .bottom = 1, .left = 1, .right = 1}), x);
  x = g.add("pool1_pool", MaxPooling2D(3, 2), x);  // 63 x 63 x 64
  for (const Stage& stage : kStages)
    for (int block = 1; block <= stage.blocks; ++block)
      x = bottleneck(g, std::string(stage.name) + "_block" + std::to_string(block), stage,
                     block == 1, x);  // ... 8 x 8 x 2048
  if (include_top) imagenet_top(g, x);
  return in_depth_order(g);
}

}  // namespace nanopneumo

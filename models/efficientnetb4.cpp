#include "models/efficientnetb4.h"

#include <cmath>

#include "layers/activation.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/dropout.h"
#include "layers/global_average_pooling2d.h"
#include "layers/multiply.h"
#include "layers/normalization.h"
#include "layers/rescaling.h"
#include "layers/reshape.h"
#include "layers/zero_padding2d.h"
#include "models/depth_order.h"
#include "models/imagenet_top.h"

namespace nanopneumo {
namespace {

constexpr double kWidth = 1.4, kDepth = 1.8;  // compound scaling with phi = 4, equation 3
constexpr double kTopDropout = 0.4;

/// A row of table 1, before scaling: MBConv blocks.
struct Stage {
  int repeats;
  int filters_in, filters_out;
  int kernel_size;
  int stride;  ///< of the first block
  int expansion;
};

constexpr Stage kStages[] = {{1, 32, 16, 3, 1, 1},  {2, 16, 24, 3, 2, 6},  {2, 24, 40, 5, 2, 6},
                             {3, 40, 80, 3, 2, 6},  {3, 80, 112, 5, 1, 6}, {4, 112, 192, 5, 2, 6},
                             {1, 192, 320, 3, 1, 6}};

/// kWidth times as many filters, to the nearest multiple of 8 that is not below 0.9 of it.
constexpr int scaled(int filters) {
  constexpr int kDivisor = 8;
  const double wanted = filters * kWidth;
  const int nearest = static_cast<int>(wanted + kDivisor / 2.0) / kDivisor * kDivisor;
  const int rounded = std::max(kDivisor, nearest);
  return rounded < 0.9 * wanted ? rounded + kDivisor : rounded;
}

int repeats(const Stage& stage) { return static_cast<int>(std::ceil(kDepth * stage.repeats)); }

/// One MBConv block of a stage: what is left of the table once repeats and widths are settled.
struct Block {
  std::string name;  ///< "block3b_"
  int filters_in, filters_out;
  int kernel_size, stride, expansion;
  double drop_rate;
};

Graph::Value conv1x1(Graph& g, const std::string& name, int filters, Graph::Value x) {
  return g.add(
      name,
      Conv2D(
          {.filters = filters, .kernel_size = 1, .padding = PaddingMode::same, .use_bias = false}),
      x);
}

Graph::Value bn_swish(Graph& g, const std::string& bn, const std::string& activation,
                      Graph::Value x) {
  x = g.add(bn, BatchNormalization(), x);
  return g.add(activation, ActivationLayer(Activation::swish), x);
}

/// What Keras pads before a "valid" convolution of stride 2: k/2 on every side, one less before an even
/// length (keras/src/applications/imagenet_utils.py, correct_pad).
ZeroPadding2D padding_before_stride(const Shape& image, int kernel_size) {
  const int after = kernel_size / 2;
  const auto before = [&](std::int64_t length) { return after - (length % 2 == 0 ? 1 : 0); };
  return ZeroPadding2D(
      {.top = before(image[0]), .bottom = after, .left = before(image[1]), .right = after});
}

/// Hu et al. 2018: a gate for each channel from the mean of all of them. The bottleneck is measured by the
/// block's input, not by its expanded width.
Graph::Value squeeze_excite(Graph& g, const Block& block, Graph::Value x) {
  const auto filters = static_cast<int>(g.shape(x)[2]);
  Graph::Value s = g.add(block.name + "se_squeeze", GlobalAveragePooling2D(), x);
  s = g.add(block.name + "se_reshape", Reshape({1, 1, filters}), s);
  s = g.add(block.name + "se_reduce",
            Conv2D({.filters = std::max(1, block.filters_in / 4),
                    .kernel_size = 1,
                    .padding = PaddingMode::same,
                    .activation = Activation::swish}),
            s);
  s = g.add(block.name + "se_expand",
            Conv2D({.filters = filters,
                    .kernel_size = 1,
                    .padding = PaddingMode::same,
                    .activation = Activation::sigmoid}),
            s);
  return g.add(block.name + "se_excite", Multiply(), {x, s});
}

/// MBConv (Sandler et al. 2018): expand, filter each channel, gate, project back; the identity beside it
/// where the shapes agree.
Graph::Value mbconv(Graph& g, const Block& block, Graph::Value input) {
  const std::string& name = block.name;
  g.begin_block(name.substr(0, name.size() - 1));
  Graph::Value x = input;
  if (block.expansion != 1) {
    x = conv1x1(g, name + "expand_conv", block.filters_in * block.expansion, x);
    x = bn_swish(g, name + "expand_bn", name + "expand_activation", x);
  }
  const bool down = block.stride == 2;
  if (down) x = g.add(name + "dwconv_pad", padding_before_stride(g.shape(x), block.kernel_size), x);
  x = g.add(name + "dwconv",
            DepthwiseConv2D({.kernel_size = block.kernel_size,
                             .strides = block.stride,
                             .padding = down ? PaddingMode::valid : PaddingMode::same,
                             .use_bias = false}),
            x);
  x = bn_swish(g, name + "bn", name + "activation", x);
  x = squeeze_excite(g, block, x);
  x = conv1x1(g, name + "project_conv", block.filters_out, x);
  x = g.add(name + "project_bn", BatchNormalization(), x);
  if (down || block.filters_in != block.filters_out) return x;
  if (block.drop_rate > 0)
    x = g.add(name + "drop", Dropout(block.drop_rate, Dropout::Drops::whole_images), x);
  return g.add(name + "add", Add(), {x, input});
}

Graph::Value preprocessing(Graph& g, bool imagenet_rescaling, Graph::Value x) {
  constexpr double kDeviations[] = {0.229, 0.224, 0.225};
  x = g.add(Rescaling({1 / 255.0f, 1 / 255.0f, 1 / 255.0f}), x);
  x = g.add(Normalization(), x);
  if (!imagenet_rescaling) return x;
  const auto factor = [&](int c) { return static_cast<float>(1 / std::sqrt(kDeviations[c])); };
  return g.add(Rescaling({factor(0), factor(1), factor(2)}), x);
}

}  // namespace

Graph efficientnetb4(const Shape& image, const EfficientNetOptions& options) {
  Graph g("efficientnetb4");
  g.begin_block("stem");
  Graph::Value x = preprocessing(g, options.imagenet_rescaling, g.input(image));  // 250 x 250 x 3
  x = g.add("stem_conv_pad", padding_before_stride(g.shape(x), 3), x);
  x = g.add("stem_conv",
            Conv2D({.filters = scaled(32), .kernel_size = 3, .strides = 2, .use_bias = false}), x);
  x = bn_swish(g, "stem_bn", "stem_activation", x);  // 125 x 125 x 48

  int blocks = 0;
  for (const Stage& stage : kStages) blocks += repeats(stage);
  int block = 0;
  char stage_number = '0';
  for (const Stage& stage : kStages) {
    ++stage_number;
    for (int i = 0; i < repeats(stage); ++i, ++block)
      x = mbconv(g,
                 {.name = std::string("block") + stage_number + static_cast<char>('a' + i) + '_',
                  .filters_in = scaled(i == 0 ? stage.filters_in : stage.filters_out),
                  .filters_out = scaled(stage.filters_out),
                  .kernel_size = stage.kernel_size,
                  .stride = i == 0 ? stage.stride : 1,
                  .expansion = stage.expansion,
                  .drop_rate = options.drop_connect_rate * block / blocks},
                 x);  // ... 8 x 8 x 448
  }
  g.begin_block("top");
  x = conv1x1(g, "top_conv", scaled(1280), x);
  x = bn_swish(g, "top_bn", "top_activation", x);  // 8 x 8 x 1792
  if (options.include_top) imagenet_top(g, x, kTopDropout);
  return in_depth_order(g);
}

}  // namespace nanopneumo

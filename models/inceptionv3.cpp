#include "models/inceptionv3.h"

#include "layers/activation.h"
#include "layers/batch_normalization.h"
#include "layers/concatenate.h"
#include "layers/conv2d.h"
#include "layers/pooling2d.h"
#include "models/depth_order.h"
#include "models/imagenet_top.h"

namespace nanopneumo {
namespace {

using Value = Graph::Value;

/// Convolution, batch normalisation without gamma, ReLU. Keras numbers them in the order in which they
/// are built ("conv2d_8", "batch_normalization_8", "activation_8"), so that the order of the branches
/// below counts.
Value conv(Graph& g, int filters, Size2D kernel_size, Value x,
           PaddingMode padding = PaddingMode::same, int stride = 1) {
  x = g.add(Conv2D({.filters = filters,
                    .kernel_size = kernel_size,
                    .strides = stride,
                    .padding = padding,
                    .use_bias = false}),
            x);
  x = g.add(BatchNormalization({.scale = false}), x);
  return g.add(ActivationLayer(Activation::relu), x);
}

/// The last convolution of a branch that halves the map.
Value conv_down(Graph& g, int filters, Value x) {
  return conv(g, filters, 3, x, PaddingMode::valid, 2);
}

Value max_pool(Graph& g, Value x) { return g.add(MaxPooling2D(3, 2), x); }

/// The branch with pooling: its average leaves out what lies beyond the border.
Value average_pool_conv(Graph& g, int filters, Value x) {
  return conv(g, filters, 1, g.add(AveragePooling2D(3, 1, PaddingMode::same), x));
}

/// Figure 5: 5x5 beside two 3x3 that see as far.
Value inception_a(Graph& g, const char* name, int pool_filters, Value x) {
  g.begin_block(name);
  const Value one = conv(g, 64, 1, x);
  const Value five = conv(g, 64, 5, conv(g, 48, 1, x));
  const Value three = conv(g, 96, 3, conv(g, 96, 3, conv(g, 64, 1, x)));
  const Value pool = average_pool_conv(g, pool_filters, x);
  return g.add(name, Concatenate(), {one, five, three, pool});
}

/// Figure 10: from 28 x 28 to 13 x 13 (at 250 x 250) without a bottleneck.
Value reduction_a(Graph& g, const char* name, Value x) {
  g.begin_block(name);
  const Value three = conv_down(g, 384, x);
  const Value twice = conv_down(g, 96, conv(g, 96, 3, conv(g, 64, 1, x)));
  return g.add(name, Concatenate(), {three, twice, max_pool(g, x)});
}

/// Figure 6: n x n as 1 x n and n x 1, n = 7. `filters` are those within the branches.
Value inception_b(Graph& g, const char* name, int filters, Value x) {
  g.begin_block(name);
  constexpr Size2D row{1, 7}, column{7, 1};
  const Value one = conv(g, 192, 1, x);
  const Value seven = conv(g, 192, column, conv(g, filters, row, conv(g, filters, 1, x)));
  Value twice = conv(g, filters, column, conv(g, filters, 1, x));
  twice = conv(g, filters, column, conv(g, filters, row, twice));
  twice = conv(g, 192, row, twice);
  const Value pool = average_pool_conv(g, 192, x);
  return g.add(name, Concatenate(), {one, seven, twice, pool});
}

/// From 13 x 13 to 6 x 6.
Value reduction_b(Graph& g, const char* name, Value x) {
  g.begin_block(name);
  const Value three = conv_down(g, 320, conv(g, 192, 1, x));
  const Value seven =
      conv_down(g, 192, conv(g, 192, {7, 1}, conv(g, 192, {1, 7}, conv(g, 192, 1, x))));
  return g.add(name, Concatenate(), {three, seven, max_pool(g, x)});
}

struct Fan {
  Value row, column;
};

/// 1x3 and 3x1 side by side.
Fan fan(Graph& g, Value x) {
  const Value row = conv(g, 384, {1, 3}, x);
  return {row, conv(g, 384, {3, 1}, x)};
}

/// Figure 7: the coarsest maps get the widest modules. The first fan has a name in Keras, the second a
/// number.
Value inception_c(Graph& g, const char* name, const char* fan_name, Value x) {
  g.begin_block(name);
  const Value one = conv(g, 320, 1, x);
  const Fan three = fan(g, conv(g, 384, 1, x));
  const Value three_joined = g.add(fan_name, Concatenate(), {three.row, three.column});
  const Fan twice = fan(g, conv(g, 384, 3, conv(g, 448, 1, x)));
  const Value twice_joined = g.add(Concatenate(), {twice.row, twice.column});
  const Value pool = average_pool_conv(g, 192, x);
  return g.add(name, Concatenate(), {one, three_joined, twice_joined, pool});
}

}  // namespace

Graph inceptionv3(const Shape& image, bool include_top) {
  Graph g("inceptionv3");
  Value x = g.input(image);  // 250 x 250 x 3
  g.begin_block("stem");
  x = conv(g, 32, 3, x, PaddingMode::valid, 2);
  x = conv(g, 32, 3, x, PaddingMode::valid);
  x = conv(g, 64, 3, x);  // 122 x 122 x 64
  x = max_pool(g, x);
  x = conv(g, 80, 1, x);
  x = conv(g, 192, 3, x, PaddingMode::valid);
  x = max_pool(g, x);  // 28 x 28 x 192
  x = inception_a(g, "mixed0", 32, x);
  x = inception_a(g, "mixed1", 64, x);
  x = inception_a(g, "mixed2", 64, x);  // 28 x 28 x 288
  x = reduction_a(g, "mixed3", x);
  x = inception_b(g, "mixed4", 128, x);
  x = inception_b(g, "mixed5", 160, x);
  x = inception_b(g, "mixed6", 160, x);
  x = inception_b(g, "mixed7", 192, x);  // 13 x 13 x 768
  x = reduction_b(g, "mixed8", x);
  x = inception_c(g, "mixed9", "mixed9_0", x);
  x = inception_c(g, "mixed10", "mixed9_1", x);  // 6 x 6 x 2048
  if (include_top) imagenet_top(g, x);
  return in_depth_order(g);
}

}  // namespace nanopneumo

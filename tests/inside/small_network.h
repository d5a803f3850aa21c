// A network without kinks, in which a layer before a sum can be looked at.
#pragma once

#include "layers/activation.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/conv2d.h"
#include "layers/dense.h"
#include "layers/global_average_pooling2d.h"
#include "models/graph.h"

namespace nanopneumo::test {

/// Node 1 "first" is read by node 3 "second" and, past it, by the sum; the graph cannot be cut at "second".
inline Graph small_network() {
  Graph g("small");
  Graph::Value x = g.input({5, 6, 3});
  const Graph::Value first = g.add(
      "first", Conv2D({.filters = 4, .kernel_size = 3, .activation = Activation::sigmoid}), x);
  x = g.add("normalised", BatchNormalization(), first);
  x = g.add("second", Conv2D({.filters = 4, .kernel_size = 3, .padding = PaddingMode::same}), x);
  x = g.add("swish", ActivationLayer(Activation::swish), x);
  x = g.add("sum", Add(), {x, first});
  x = g.add("pool", GlobalAveragePooling2D(), x);
  g.add("logit", Dense({.units = 1}), x);
  return g;
}

}  // namespace nanopneumo::test

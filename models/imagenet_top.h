// What most ImageNet networks end in.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

/// Keras' include_top: global average pooling "avg_pool", Dropout "top_dropout" where a rate is given,
/// class probabilities "predictions". `map`: (H, W, C).
Graph::Value imagenet_top(Graph& graph, Graph::Value map, double dropout = 0);

}  // namespace nanopneumo

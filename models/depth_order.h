// The order of Keras' `model.layers`, and with it of the weights in a file.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

/// The same graph with its nodes in Keras' order: by decreasing depth, which is the number of layers on
/// the longest way to the output; within a depth by when a depth-first walk from the output meets them
/// (keras/src/ops/function.py, map_graph). In a chain this is the order of construction; where a network
/// branches it goes through the branches side by side. Throws ShapeError where a node does not lead to the
/// output.
Graph in_depth_order(const Graph& graph);

}  // namespace nanopneumo

// What stands on top of a backbone in transfer learning.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

/// Batch normalisation, Dense 256 ReLU, Dropout, one logit, on pooled features (C,): the paper's
/// head.
Graph::Value transfer_head(Graph& graph, Graph::Value features, double dropout = 0.4);

}  // namespace nanopneumo

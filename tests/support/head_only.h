// The paper's head without a backbone.
#pragma once

#include "models/transfer_head.h"

namespace nanopneumo::test {

/// A graph of the head alone, on `features` features.
inline Graph head_only(int features, double dropout = 0.4) {
  Graph graph("head");
  transfer_head(graph, graph.input({features}), dropout);
  return graph;
}

}  // namespace nanopneumo::test

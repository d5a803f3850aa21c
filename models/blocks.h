// The parts of a model, for tables and pictures.
#pragma once

#include <string>
#include <vector>

#include "models/graph.h"

namespace nanopneumo {

struct Step;
/// The way of a value through a part of a graph, layer after layer; empty where it goes past all of them.
using Chain = std::vector<Step>;

/// A layer on the way, and where it has several inputs the ways that lead to them from the last layer that
/// all of them come by.
struct Step {
  int node;
  std::vector<Chain> branches;  ///< in the order of the inputs; none for a layer with one input
};

/// From the output of node `from` to that of `to`. Throws std::logic_error where a layer in between reads
/// from before `from`.
Chain chain_between(const Graph& graph, int from, int to);

/// A block of a model, or several that follow each other and differ in nothing but the channels they read.
struct BlockRun {
  std::string first, last;  ///< names: Graph::begin_block
  int count;
  Chain chain;                                     ///< of the first
  Shape output;                                    ///< of the last
  std::int64_t parameters = 0, multiply_adds = 0;  ///< of all together

  /// "mixed0", "mixed1, mixed2", "block5 - block12".
  std::string name() const;
};

/// All layers but the input, in order.
std::vector<BlockRun> block_runs(const Graph& graph);

/// The captions along a chain, "1x1 64, 3x3 64"; where ways join "(identity + 1x1 64, 3x3 64)", with + for
/// Add, & for Concatenate and * for Multiply. Layers without caption are left out.
std::string caption(const Graph& graph, const Chain& chain);

/// The sign of a layer with several inputs: '+', '&' or '*'.
char join_sign(const Layer& layer);

}  // namespace nanopneumo

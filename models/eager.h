// Runs a graph layer by layer: the way that trains, and that every other way is compared with.
#pragma once

#include <functional>

#include "models/graph.h"
#include "models/parameters.h"

namespace nanopneumo {

/// How a forward pass runs.
struct Pass {
  /// Batch statistics and dropout, in layers that are neither frozen nor kept in inference mode.
  bool training = false;
  std::uint64_t seed = 0;  ///< of the run; decides dropout masks
  std::uint32_t step = 0;  ///< of the run; decides dropout masks
};

/// The part of a graph that a pass runs: the nodes after `first`, whose output is given, up to
/// `last`.
struct Segment {
  int first = 0;  ///< the graph's input
  int last = -1;  ///< -1: the graph's output
};

/// Called with each node's number and output as soon as it is there, for looking at the layers one by
/// one. It may put another value in the output's place, which is what later layers read then: the same
/// tensor with a gradient of its own, for the derivative with respect to this output.
template <class T>
using Observer = std::function<void(int node, Variable<T>& output)>;

/// The output of `graph` for `x` (batch axis first), operations recorded on `tape` where a
/// trainable parameter reaches them. A value is let go as soon as the last layer that reads it has
/// run. Layers after segment.first must not read anything that lies before it.
template <class T>
Variable<T> forward(const Graph& graph, const Parameters<T>& parameters, Tape<T>& tape,
                    const Variable<T>& x, const Pass& pass, Segment segment = {},
                    const Observer<T>& observer = {});

}  // namespace nanopneumo

// A model as a picture.
#pragma once

#include <string>

#include "models/graph.h"

namespace nanopneumo {

/// An SVG picture of `graph`: a row for each run of blocks (blocks.h), in it the layers from left to right,
/// branches below one another; beside it the output's shape, the parameters and the multiplications. It is
/// legible on light and on dark pages. The same graph gives the same bytes.
std::string draw(const Graph& graph, const std::string& title);

}  // namespace nanopneumo

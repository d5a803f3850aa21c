// The printed description of a model, laid out like keras.Model.summary().
#pragma once

#include <string>

#include "models/graph.h"

namespace nanopneumo {

/// A table of layers (name and type, output shape with the batch axis as None, number of
/// parameters), then total, trainable and non-trainable parameters with their size in memory as
/// float32.
std::string summary(const Graph& graph);

/// The last lines of the same: the number of parameters.
std::string parameter_totals(const Graph& graph);

/// Digits in groups of three: "1,234,567".
std::string with_commas(std::int64_t n);

}  // namespace nanopneumo

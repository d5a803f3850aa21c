// What summary prints about a model and docs/architectures.md shows.
#pragma once

#include <string>

#include "models/graph.h"
#include "tools/bench/table.h"

namespace nanopneumo {

/// A row for each run of blocks (models/blocks.h): layers, output, parameters, multiplications.
bench::Table block_table(const Graph& graph);

/// Multiplications and memory of one image, a line each.
std::string cost_lines(const Graph& graph);

/// Bytes of `elements` float32 numbers in MiB, "12.3".
std::string mebibytes(std::int64_t elements);

}  // namespace nanopneumo

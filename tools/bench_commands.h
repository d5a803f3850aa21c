// The subcommands of bench that look at single operations, one file each.
#pragma once

#include <CLI/CLI.hpp>

namespace nanopneumo {

void add_bench_shapes(CLI::App& bench);
void add_bench_ops(CLI::App& bench);
void add_bench_ladder(CLI::App& bench);

}  // namespace nanopneumo

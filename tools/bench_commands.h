// The subcommands of bench that look at single operations, one file each.
#pragma once

#include "tools/command_line.h"

namespace nanopneumo {

void add_bench_forward(Command bench);
/// bench without one of these; to be added after them.
void add_bench_overview(Command bench);
void add_bench_shapes(Command bench);
void add_bench_ops(Command bench);
void add_bench_ladder(Command bench);

}  // namespace nanopneumo

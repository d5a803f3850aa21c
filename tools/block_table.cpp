#include "tools/block_table.h"

#include <fmt/format.h>

#include "models/blocks.h"
#include "models/cost.h"
#include "models/summary.h"

namespace nanopneumo {

bench::Table block_table(const Graph& graph) {
  bench::Table table({"block", "layers", "output", "parameters", "mult-adds"});
  for (const BlockRun& run : block_runs(graph)) {
    const std::string layers = caption(graph, run.chain);
    table.add({run.name(), run.count == 1 ? layers : fmt::format("{} times: {}", run.count, layers),
               run.output.str(), with_commas(run.parameters), with_commas(run.multiply_adds)});
  }
  return table;
}

std::string mebibytes(std::int64_t elements) {
  return fmt::format("{:.1f}", 4.0 * static_cast<double>(elements) / (1 << 20));
}

std::string cost_lines(const Graph& graph) {
  const Cost cost = cost_of(graph);
  return fmt::format(
      " Multiply-adds: {}\n Outputs of all layers: {} MiB an image, of which {} are alive at "
      "once\n",
      with_commas(cost.multiply_adds), mebibytes(cost.outputs), mebibytes(cost.outputs_alive));
}

}  // namespace nanopneumo

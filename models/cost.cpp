#include "models/cost.h"

#include <algorithm>

namespace nanopneumo {

Cost cost_of(const Graph& graph) {
  const std::vector<Node>& nodes = graph.nodes();
  std::vector<std::size_t> last_reader(nodes.size());
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    last_reader[n] = n;
    for (const int input : nodes[n].inputs) last_reader[static_cast<std::size_t>(input)] = n;
  }
  Cost cost;
  std::int64_t alive = nodes[0].output.elements();
  for (std::size_t n = 1; n < nodes.size(); ++n) {
    const Node& node = nodes[n];
    std::vector<Shape> inputs;
    for (const int input : node.inputs)
      inputs.push_back(nodes[static_cast<std::size_t>(input)].output);
    cost.multiply_adds += node.layer->multiply_adds(inputs);
    cost.outputs += node.output.elements();
    alive += node.output.elements();
    cost.outputs_alive = std::max(cost.outputs_alive, alive);
    std::vector<int> read = node.inputs;  // each once, also where a layer reads it twice
    std::ranges::sort(read);
    read.erase(std::unique(read.begin(), read.end()), read.end());
    for (const int input : read)
      if (input != 0 && last_reader[static_cast<std::size_t>(input)] == n)
        alive -= nodes[static_cast<std::size_t>(input)].output.elements();
  }
  return cost;
}

}  // namespace nanopneumo

#include "models/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace nanopneumo {
namespace {

const Node& node_of(const Graph& graph, int n) {
  return graph.nodes()[static_cast<std::size_t>(n)];
}

/// The ways between two nodes. A node's dominator is the last one that every way to it comes by (Cooper,
/// Harvey & Kennedy 2001); with the nodes in an order in which they can run, one pass finds them all.
class Ways {
 public:
  Ways(const Graph& graph, int from, int to) : graph_(graph), from_(from) {
    for (int n = from + 1; n <= to; ++n) dominators_.push_back(common_dominator(n));
  }

  Chain between(int from, int to) const {
    Chain chain;
    for (int n = to; n != from; n = dominator(n)) {
      Step step{n, {}};
      const std::vector<int>& inputs = node_of(graph_, n).inputs;
      if (inputs.size() > 1)
        for (const int input : inputs) step.branches.push_back(between(dominator(n), input));
      chain.push_back(std::move(step));
    }
    std::ranges::reverse(chain);
    return chain;
  }

 private:
  int dominator(int n) const {
    if (n <= from_)
      throw std::logic_error("layer " + node_of(graph_, n).name + " lies before the block");
    return dominators_[static_cast<std::size_t>(n - from_ - 1)];
  }
  int common_dominator(int n) const {
    const std::vector<int>& inputs = node_of(graph_, n).inputs;
    int common = inputs.at(0);
    for (int other : inputs)
      while (other != common)
        (other > common ? other : common) = dominator(std::max(other, common));
    return common;
  }

  const Graph& graph_;
  int from_;
  std::vector<int> dominators_;  ///< of the nodes after from_
};

/// What makes two blocks look the same.
std::string signature(const Graph& graph, const Chain& chain) {
  std::string text;
  for (const Step& step : chain) {
    for (const Chain& branch : step.branches) text += fmt::format("({})", signature(graph, branch));
    const Layer& layer = *node_of(graph, step.node).layer;
    text += fmt::format("{} {};", layer.class_name(), layer.caption());
  }
  return text;
}

void count(BlockRun& run, const Graph& graph, const Node& node) {
  std::vector<Shape> inputs;
  for (const int input : node.inputs) inputs.push_back(node_of(graph, input).output);
  run.multiply_adds += node.layer->multiply_adds(inputs);
  for (const ParameterSpec& spec : node.parameters) run.parameters += spec.shape.elements();
}

void absorb(BlockRun& run, const BlockRun& next) {
  run.last = next.last;
  run.count += next.count;
  run.output = next.output;
  run.parameters += next.parameters;
  run.multiply_adds += next.multiply_adds;
}

}  // namespace

Chain chain_between(const Graph& graph, int from, int to) {
  return Ways(graph, from, to).between(from, to);
}

std::string BlockRun::name() const {
  return count == 1 ? first : fmt::format("{}{}{}", first, count == 2 ? ", " : " - ", last);
}

std::vector<BlockRun> block_runs(const Graph& graph) {
  std::vector<BlockRun> runs;
  const int size = static_cast<int>(graph.nodes().size());
  for (int begin = 1, end = 1; begin < size; begin = end) {
    const std::string& name = node_of(graph, begin).block;
    BlockRun run{.first = name, .last = name, .count = 1, .chain = {}, .output = {}};
    while (end < size && node_of(graph, end).block == name)
      count(run, graph, node_of(graph, end++));
    run.chain = chain_between(graph, begin - 1, end - 1);
    run.output = node_of(graph, end - 1).output;
    if (!runs.empty() && signature(graph, runs.back().chain) == signature(graph, run.chain))
      absorb(runs.back(), run);
    else
      runs.push_back(std::move(run));
  }
  return runs;
}

char join_sign(const Layer& layer) {
  if (layer.class_name() == "Add") return '+';
  return layer.class_name() == "Multiply" ? '*' : '&';
}

std::string caption(const Graph& graph, const Chain& chain) {
  std::string text;
  const auto append = [&](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  };
  for (const Step& step : chain) {
    const Layer& layer = *node_of(graph, step.node).layer;
    std::string ways;
    for (const Chain& branch : step.branches) {
      if (!ways.empty()) ways += fmt::format(" {} ", join_sign(layer));
      const std::string way = caption(graph, branch);
      ways += way.empty() ? "identity" : way;
    }
    append(ways.empty() ? layer.caption() : fmt::format("({})", ways));
  }
  return text;
}

}  // namespace nanopneumo

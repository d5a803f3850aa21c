#include "models/depth_order.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace nanopneumo {
namespace {

/// Numbers the nodes as a depth-first walk from the output against the edges meets them.
class Walk {
 public:
  explicit Walk(const Graph& graph) : graph_(graph), met_(graph.nodes().size(), kNever) {
    visit(met_.size() - 1);
  }
  static constexpr int kNever = -1;
  const std::vector<int>& met() const { return met_; }

 private:
  void visit(std::size_t node) {
    if (met_[node] != kNever) return;
    met_[node] = count_++;
    for (const int input : graph_.nodes()[node].inputs) visit(static_cast<std::size_t>(input));
  }

  const Graph& graph_;
  std::vector<int> met_;
  int count_ = 0;
};

/// Of each node the number of edges on its longest way to the output.
std::vector<int> depths(const Graph& graph) {
  std::vector<int> depth(graph.nodes().size(), 0);
  for (std::size_t n = depth.size(); n-- > 0;)
    for (const int input : graph.nodes()[n].inputs) {
      int& before = depth[static_cast<std::size_t>(input)];
      before = std::max(before, depth[n] + 1);
    }
  return depth;
}

}  // namespace

Graph in_depth_order(const Graph& graph) {
  const std::vector<int> depth = depths(graph);
  const Walk walk(graph);
  std::vector<std::size_t> order(depth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const std::size_t n : order)
    if (walk.met()[n] == Walk::kNever)
      throw_shape_error("layer {} of {} does not lead to the output", graph.nodes()[n].name,
                        graph.name());
  std::ranges::sort(order, {}, [&](std::size_t n) { return std::tuple(-depth[n], walk.met()[n]); });
  return graph.reordered(order);
}

}  // namespace nanopneumo

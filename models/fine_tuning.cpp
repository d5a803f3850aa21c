#include "models/fine_tuning.h"

#include <algorithm>
#include <charconv>

#include "layers/dropout.h"

namespace nanopneumo {
namespace {

const Node& node_of(const Graph& graph, int n) {
  return graph.nodes()[static_cast<std::size_t>(n)];
}

bool has_weights(const Graph& graph, int n) { return !node_of(graph, n).parameters.empty(); }

/// The first of the last `count` nodes up to `features` that have weights.
int nth_from_the_top(const Graph& graph, int features, std::int64_t count) {
  std::int64_t met = 0;
  for (int n = features; n > 0; --n)
    if (has_weights(graph, n) && ++met == count) return n;
  throw_input_error(
      "--fine-tune {} is not possible: {} has {} layers with weights; give 1 to {}, or all", count,
      graph.name(), met, met);
}

int layer_called(const Graph& graph, int features, const std::string& name) {
  for (int n = 1; n <= features; ++n) {
    if (node_of(graph, n).name != name) continue;
    for (int later = n; later <= features; ++later)
      if (has_weights(graph, later)) return n;
    throw_input_error(
        "--fine-tune {} is not possible: no layer of {} from there on has weights; give a lower "
        "one",
        name, graph.name());
  }
  throw_input_error(
      "--fine-tune {} is not possible: {} has no such layer; give the name of one (nanopneumo "
      "summary {} lists them), a number of layers, or all",
      name, graph.name(), graph.name());
}

bool is_halved(const Shape& before, const Shape& after) {
  return before.rank() == 3 && after.rank() == 3 && before[0] > 1 && 2 * after[0] <= before[0] + 1;
}

}  // namespace

int first_fine_tuned(const Graph& graph, int features, const std::string& layers) {
  if (layers == "all") return 1;
  std::int64_t count = 0;
  const char* const end = layers.data() + layers.size();
  const auto [stop, error] = std::from_chars(layers.data(), end, count);
  const bool is_number = error == std::errc() && stop == end;
  return is_number ? nth_from_the_top(graph, features, count)
                   : layer_called(graph, features, layers);
}

void fine_tune(Graph& graph, int first, int features, FineTunedBatchNorm batch_norm) {
  for (int n = first; n <= features; ++n)
    if (batch_norm == FineTunedBatchNorm::gamma_and_beta ||
        node_of(graph, n).layer->class_name() != "BatchNormalization")
      graph.fine_tune({n});
}

int drop_branches(Graph& graph, int first, int features) {
  int branches = 0;
  for (int n = first; n <= features; ++n)
    if (const auto* dropout = dynamic_cast<const Dropout*>(node_of(graph, n).layer.get());
        dropout && dropout->drops() == Dropout::Drops::whole_images) {
      graph.unfreeze({n});
      ++branches;
    }
  return branches;
}

int last_cut_before(const Graph& graph, int node) {
  int lowest = static_cast<int>(graph.nodes().size());  // that the nodes from n on read
  for (int n = lowest - 1; n > 0; --n) {
    for (const int input : node_of(graph, n).inputs) lowest = std::min(lowest, input);
    if (n <= node && lowest >= n - 1) return n - 1;
  }
  return 0;
}

std::vector<int> stages(const Graph& graph) {
  std::vector<int> stage(graph.nodes().size(), 0);
  for (std::size_t n = 0; n < stage.size(); ++n)
    for (const int i : graph.nodes()[n].inputs) {
      const auto input = static_cast<std::size_t>(i);
      const bool halved = is_halved(graph.nodes()[input].output, graph.nodes()[n].output);
      stage[n] = std::max(stage[n], stage[input] + (halved ? 1 : 0));
    }
  return stage;
}

}  // namespace nanopneumo

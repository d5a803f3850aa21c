#include "train/pretrained.h"

#include "io/cache_folder.h"
#include "io/file_bytes.h"

namespace nanopneumo {

std::vector<ExpectedLayer> expected_layers(const Graph& graph, int last) {
  const std::size_t end = last < 0 ? graph.nodes().size() : static_cast<std::size_t>(last) + 1;
  std::vector<ExpectedLayer> layers;
  for (std::size_t n = 0; n < end; ++n) {
    const Node& node = graph.nodes()[n];
    if (node.parameters.empty()) continue;
    ExpectedLayer layer{.name = node.name, .tensors = {}};
    for (const ParameterSpec& spec : node.parameters)
      layer.tensors.push_back({spec.name, spec.shape});
    layers.push_back(std::move(layer));
  }
  return layers;
}

template <class T>
void load_keras_weights(const std::filesystem::path& file, const Graph& graph,
                        Parameters<T>& parameters, int last) {
  const std::vector<std::vector<float>> tensors =
      read_keras_weights(file, graph.name(), expected_layers(graph, last));
  // The parameters of the first nodes are the first parameters.
  for (std::size_t i = 0; i < tensors.size(); ++i) assign(parameters.all()[i], tensors[i]);
}

template void load_keras_weights(const std::filesystem::path&, const Graph&, Parameters<float>&,
                                 int);
template void load_keras_weights(const std::filesystem::path&, const Graph&, Parameters<double>&,
                                 int);

std::filesystem::path cached_weights(const WeightFile& file) {
  return cache_folder() / "weights" / file.name;
}

std::string find_weights(const Architecture& architecture, const ModelOptions& options,
                         const std::string& given) {
  if (!given.empty()) return given;
  if (options.alpha != 1)
    throw_input_error(
        "the weights that can be fetched are for --alpha 1, not {}; give --weights FILE",
        options.alpha);
  const WeightFile& weights = architecture.weights_file(options.include_top);
  const std::filesystem::path file = cached_weights(weights);
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    throw_input_error(
        "{} needs its ImageNet weights and {} is not there; run nanopneumo fetch weights {}{}, or "
        "give --weights FILE, or --weights none for a random backbone",
        architecture.title, shown(file), architecture.name, options.include_top ? " --top" : "");
  return file.string();
}

}  // namespace nanopneumo

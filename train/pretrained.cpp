#include "train/pretrained.h"

#include <fmt/format.h>

#include "io/cache_folder.h"
#include "io/file_bytes.h"
#include "io/is_there.h"

namespace nanopneumo {

namespace {

/// A layer as weight files describe it; the input has no weights.
ExpectedLayer described(const Node& node) {
  ExpectedLayer layer{.name = node.name,
                      .tensors = {},
                      .kind = to_snake_case(node.layer ? node.layer->class_name() : "InputLayer")};
  for (const ParameterSpec& spec : node.parameters)
    layer.tensors.push_back({spec.name, spec.shape});
  return layer;
}

}  // namespace

std::vector<ExpectedLayer> expected_layers(const Graph& graph, int last) {
  const std::size_t end = last < 0 ? graph.nodes().size() : static_cast<std::size_t>(last) + 1;
  std::vector<ExpectedLayer> layers;
  for (std::size_t n = 0; n < end; ++n) {
    const Node& node = graph.nodes()[n];
    if (!node.parameters.empty()) layers.push_back(described(node));
  }
  return layers;
}

std::vector<ExpectedLayer> top_layers(const Architecture& architecture,
                                      const ModelOptions& options) {
  if (!architecture.is_backbone || options.include_top) return {};
  const int size = architecture.imagenet_size;
  ModelOptions with_top = options;
  with_top.include_top = true;
  const std::size_t below =
      expected_layers(build_model(architecture, {size, size, 3}, options)).size();
  std::vector<ExpectedLayer> layers =
      expected_layers(build_model(architecture, {size, size, 3}, with_top));
  layers.erase(layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(below));
  return layers;
}

template <class T>
std::vector<std::string> load_keras_weights(const std::filesystem::path& file, const Graph& graph,
                                            Parameters<T>& parameters, int last,
                                            std::vector<ExpectedLayer> top) {
  const KerasWeights weights = read_keras_weights(
      file, {.name = graph.name(), .layers = expected_layers(graph, last), .top = std::move(top)});
  // The parameters of the first nodes are the first parameters.
  for (std::size_t i = 0; i < weights.tensors.size(); ++i)
    assign(parameters.all()[i], weights.tensors[i]);
  return weights.left_out;
}

std::vector<ExportedLayer> exported_layers(const Graph& graph,
                                           const Parameters<float>& parameters) {
  std::vector<ExportedLayer> layers;
  for (std::size_t n = 0; n < graph.nodes().size(); ++n) {
    layers.push_back({.layer = described(graph.nodes()[n]), .values = {}});
    for (const Variable<float>& variable : parameters.of_node(static_cast<int>(n)))
      layers.back().values.push_back(variable.value.to_host());
  }
  return layers;
}

std::string left_out_note(const std::filesystem::path& file,
                          const std::vector<std::string>& left_out) {
  if (left_out.empty()) return "";
  return fmt::format("note: {} holds the whole network; its classifier ({}) is left out.\n",
                     shown(file), fmt::join(left_out, ", "));
}

template std::vector<std::string> load_keras_weights(const std::filesystem::path&, const Graph&,
                                                     Parameters<float>&, int,
                                                     std::vector<ExpectedLayer>);
template std::vector<std::string> load_keras_weights(const std::filesystem::path&, const Graph&,
                                                     Parameters<double>&, int,
                                                     std::vector<ExpectedLayer>);

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
  if (!is_there(file))
    throw_input_error(
        "{} needs its ImageNet weights and {} is not there; run nanopneumo fetch weights {}{}, or "
        "give --weights FILE, or --weights none for a random backbone",
        architecture.title, shown(file), architecture.name, options.include_top ? " --top" : "");
  return file.string();
}

}  // namespace nanopneumo

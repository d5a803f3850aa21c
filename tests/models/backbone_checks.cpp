#include "tests/models/backbone_checks.h"

#include <doctest/doctest.h>

#include "kernels/cpu/cpu_features.h"
#include "tests/models/network_figures.h"
#include "tests/reference/reference_device.h"
#include "train/pretrained.h"

namespace nanopneumo::test {
namespace {

/// On the double reference; 13 digits are given.
constexpr double kExactTolerance = 1e-10;
/// The golden maps are stored as float32.
constexpr double kMapTolerance = 1e-7;

Graph build(const Architecture& architecture, int height, int width) {
  return build_model(architecture, {height, width, 3}, {});
}

void check_manifest(const Graph& graph, const nlohmann::json& layers) {
  std::int64_t p = 0;
  std::size_t n = 0;
  REQUIRE(layers.size() == graph.nodes().size());
  for (const nlohmann::json& layer : layers) {
    const Node& node = graph.nodes()[n];
    REQUIRE(node.name == layer.at("name").get<std::string>());
    CHECK((node.layer ? node.layer->class_name() : "InputLayer") ==
          layer.at("class").get<std::string>());
    const nlohmann::json weights = layer.value("weights", nlohmann::json::array());
    REQUIRE(weights.size() == node.parameters.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const ParameterSpec& spec = node.parameters[i];
      CHECK(node.name + "/" + spec.name == weights[i].at("name").get<std::string>());
      CHECK(spec.shape == Shape(weights[i].at("shape").get<std::vector<std::int64_t>>()));
      CHECK(parameter_kind(graph, static_cast<int>(n), spec.name) == weights[i].at("kind"));
      CHECK(p++ == weights[i].at("p").get<std::int64_t>());
    }
    ++n;
    count_cases();
  }
}

/// Inputs of one size that goldens were made of.
struct GoldenSize {
  int height, width;
  std::vector<std::string> names;
};

std::vector<GoldenSize> golden_sizes(bool has_shared_data) {
  std::vector<GoldenSize> sizes{{96, 96, {"formula_96x96_0", "formula_96x96_1"}},
                                {131, 97, {"formula_131x97_0"}}};
  if (has_shared_data)
    sizes.push_back(
        {250,
         250,
         {"formula_250x250_0", "formula_250x250_1", "xray_normal_250", "xray_pneumonia_250"}});
  return sizes;
}

/// `inputs`: the folder of the X-rays.
Tensor<float> golden_input(Device& device, const Architecture& architecture, int height, int width,
                           const std::string& name,
                           const std::optional<std::filesystem::path>& inputs) {
  if (name.starts_with("formula"))
    return formula_input<float>(device, 1, height, width, architecture.preprocessing,
                                name.back() - '0');
  return png_input(device, *inputs / (name + ".png"), architecture.preprocessing);
}

}  // namespace

std::uint64_t fingerprint(const Graph& graph) {
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  };
  for (const Node& node : graph.nodes()) {
    if (node.layer) add("\n");
    add(node.name + " ");
    add(node.layer ? node.layer->class_name() : "InputLayer");
    for (const ParameterSpec& spec : node.parameters)
      add(" " + node.name + "/" + spec.name + " " + spec.shape.str());
  }
  return hash;
}

void check_description(const BackboneFigures& figures) {
  const Graph graph = build(find_architecture(figures.model), 250, 250);
  const ParameterCount count = count_parameters(graph);
  CHECK(count.total == figures.parameters);
  CHECK(count.non_trainable == figures.non_trainable);
  CHECK(static_cast<std::int64_t>(expected_layers(graph).size()) == figures.layers_with_weights);
  CHECK(graph.output().output == figures.map);
  CHECK(fingerprint(graph) == figures.layers);
  const Architecture& architecture = find_architecture(figures.model);
  const int size = architecture.imagenet_size;
  const Graph with_top = build_model(architecture, {size, size, 3}, {.include_top = true});
  CHECK(fingerprint(with_top) == figures.layers_with_top);
  CHECK(count_parameters(with_top).total == figures.parameters_with_top);
  CHECK(with_top.output().output == Shape{1000});
  count_cases(8);
  if (const auto path = shared_data("goldens/" + figures.model + "/manifest.json", 100))
    check_manifest(graph, load_json(*path).at("layers"));
}

void check_reference(const BackboneFigures& figures) {
  const auto device = make_reference_device();
  const Architecture& architecture = find_architecture(figures.model);
  const Graph graph = build(architecture, 96, 96);
  Parameters<double> parameters(graph, *device, 1);
  assign_formula(graph, parameters);
  std::map<std::string, LayerFigures> found;
  std::vector<std::string> order;
  Tape<double> off(*device, Tape<double>::Recording::off);
  const Variable<double> x{formula_input<double>(*device, 1, 96, 96, architecture.preprocessing)};
  const Variable<double> map =
      forward<double>(graph, parameters, off, x, Pass{}, {}, [&](int node, const auto& output) {
        order.push_back(graph.nodes()[static_cast<std::size_t>(node)].name);
        found[order.back()] = LayerFigures::of(host_doubles(output.value));
      });
  const std::vector<double> pooled = pool(map.value);

  for (const BackboneFigures::LayerRow& row : figures.outputs) {
    const double difference = found.at(row.layer).difference({row.mean, row.std, row.maxabs, {}});
    CHECK_MESSAGE(difference <= kExactTolerance, row.layer << " " << difference);
    count_cases();
  }
  CHECK(max_relative_difference(std::span(pooled).first(figures.pooled.size()), figures.pooled) <=
        kExactTolerance);

  const auto folder = shared_data("goldens/" + figures.model, 87);
  if (!folder) return;
  const nlohmann::json layers = load_json(*folder / "layers_formula_96x96_0.json").at("layers");
  REQUIRE(layers.size() == order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    REQUIRE(order[i] == layers[i].at("layer"));
    const LayerFigures golden{layers[i].at("mean"), layers[i].at("std"), layers[i].at("maxabs"),
                              layers[i].at("samples")};
    const double difference = found.at(order[i]).difference(golden);
    REQUIRE_MESSAGE(difference <= kExactTolerance,
                    "the first layer that differs is " << order[i] << ": " << difference);
    count_cases();
  }
  CHECK(max_relative_difference(pooled, read_npy(*folder / "pooled_formula_96x96_0.npy").values) <=
        kExactTolerance);
  CHECK(max_relative_difference(host_doubles(map.value),
                                read_npy(*folder / "map_formula_96x96_0.npy").values) <=
        kMapTolerance);
  count_cases(2);
}

void check_features_in_float(const BackboneFigures& figures) {
  const auto device = make_cpu_device(2);
  const Architecture& architecture = find_architecture(figures.model);
  const auto folder = shared_data("goldens/" + figures.model, 14);
  const auto inputs = shared_data("goldens/inputs", 0);
  for (const auto& [height, width, names] : golden_sizes(folder && inputs)) {
    const BackboneInFloat network(*device, architecture, {height, width, 3});
    for (const std::string& name : names) {
      const Tensor<float> x = golden_input(*device, architecture, height, width, name, inputs);
      for (const Tensor<float>& map : network.both_ways(x)) {
        if (folder) check_features(map, *folder, name, figures.float_tolerance);
        const std::vector<double> pooled = pool(map);
        if (name == "formula_96x96_0")
          CHECK(max_relative_difference(std::span(pooled).first(figures.pooled.size()),
                                        figures.pooled) <= figures.float_tolerance);
        if (name == "formula_131x97_0")
          CHECK(max_relative_difference(strided(pooled, figures.pooled_131x97.size()),
                                        figures.pooled_131x97) <= figures.float_tolerance);
        count_cases();
      }
    }
  }
}

void check_features_in_bfloat16(const BackboneFigures& figures) {
  if (!cpu::multiplies_bfloat16()) return skip_cases(7, "this CPU does not multiply bfloat16");
  const auto device = make_cpu_device(2, Precision::bf16);
  const Architecture& architecture = find_architecture(figures.model);
  const auto folder = shared_data("goldens/" + figures.model, 6);
  const auto inputs = shared_data("goldens/inputs", 0);
  for (const auto& [height, width, names] : golden_sizes(folder && inputs)) {
    const BackboneInFloat network(*device, architecture, {height, width, 3});
    for (const std::string& name : names) {
      const Tensor<float> x = golden_input(*device, architecture, height, width, name, inputs);
      std::vector<double> found = pool(network.fused(x)), expected;
      if (folder) {
        expected = read_npy(*folder / ("pooled_" + name + ".npy")).values;
      } else if (name == "formula_96x96_0") {
        expected = figures.pooled;
        found.resize(expected.size());
      } else if (name == "formula_131x97_0") {
        expected = figures.pooled_131x97;
        found = strided(found, expected.size());
      } else {
        continue;
      }
      const double difference = max_relative_difference(found, expected);
      CHECK_MESSAGE(difference <= figures.bfloat16_tolerance, name << " " << difference);
      count_cases();
    }
  }
}

}  // namespace nanopneumo::test

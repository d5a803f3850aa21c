// Weight files as Keras writes them, from networks of ours.
#include <doctest/doctest.h>

#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"
#include "tests/support/formula_network.h"
#include "train/network.h"
#include "train/pretrained.h"

namespace nanopneumo::test {
namespace {

TEST_CASE("The files that Keras wrote with formula weights come out again to the byte") {
  const auto device = make_cpu_device(1);
  for (const std::string model : {"mobilenet", "densenet121"}) {
    const auto path = shared_data("weights/formula/" + model + "_formula_notop.h5");
    if (!path) continue;
    const Graph graph = build_model(find_architecture(model), {96, 96, 3}, {});
    Parameters<float> parameters(graph, *device, 1);
    assign_formula(graph, parameters);
    const std::string ours = keras_h5_file(exported_layers(graph, parameters));
    const std::string keras = file_content(*path);
    INFO(model, ": ", ours.size(), " bytes, Keras' file has ", keras.size());
    CHECK((ours == keras));
    count_cases();
  }
}

TEST_CASE("What is written of each model with formula weights reads back to the bit") {
  const auto device = make_cpu_device(1);
  const TemporaryFolder folder;
  for (const Architecture& architecture : architectures()) {
    INFO(architecture.name);
    const Graph graph = build_model(architecture, {96, 96, 3}, {});
    Parameters<float> parameters(graph, *device, 1);
    assign_formula(graph, parameters);
    const std::vector<ExportedLayer> exported = exported_layers(graph, parameters);
    std::vector<std::vector<float>> values;
    for (const ExportedLayer& layer : exported)
      values.insert(values.end(), layer.values.begin(), layer.values.end());
    CHECK(values.size() == parameters.all().size());

    for (const auto write : {keras_h5_file, keras_weights_h5_file}) {
      const auto path = folder.file("weights.h5", write(exported));
      const auto read = read_keras_weights(path, graph.name(), expected_layers(graph));
      CHECK((read == values));
      count_cases();
    }
  }
}

TEST_CASE("A whole classifier reads back too") {
  const auto device = make_cpu_device(1);
  const TemporaryFolder folder;
  const Network network(find_architecture("mobilenet"), {32, 32, 3}, {.alpha = 0.25}, *device, 3);
  const auto path = folder.file(
      "weights.h5", keras_h5_file(exported_layers(network.graph(), network.parameters())));
  const auto read = read_keras_weights(path, "classifier", expected_layers(network.graph()));
  REQUIRE(read.size() == network.parameters().all().size());
  for (std::size_t i = 0; i < read.size(); ++i)
    CHECK((read[i] == network.parameters().all()[i].variable.value.to_host()));
  count_cases();
}

TEST_CASE("Each backbone's top is the layers that it has with its top and not without") {
  for (const Architecture& architecture : architectures()) {
    INFO(architecture.name);
    const std::vector<ExpectedLayer> top = top_layers(architecture, {});
    CHECK(top_layers(architecture, {.include_top = true}).empty());
    if (!architecture.is_backbone) {
      CHECK(top.empty());
      continue;
    }
    CHECK(top.size() == (architecture.name == "vgg16" ? 3 : 1));  // fc1, fc2, predictions
    REQUIRE_FALSE(top.empty());
    CHECK(top.back().tensors.back().shape == Shape{1000});
    count_cases();
  }
}

TEST_CASE("The file of the whole network fills a backbone, whose user is told") {
  const auto device = make_cpu_device(1);
  const TemporaryFolder folder;
  const Architecture& mobilenet = find_architecture("mobilenet");
  const Graph whole = build_model(mobilenet, {96, 96, 3}, {.alpha = 0.25, .include_top = true});
  Parameters<float> parameters(whole, *device, 1);
  assign_formula(whole, parameters);
  const auto path = folder.file("whole.h5", keras_h5_file(exported_layers(whole, parameters)));

  Network network(mobilenet, {64, 48, 3}, {.alpha = 0.25}, *device, 2);
  const std::vector<std::string> left_out = network.load_backbone(path);
  CHECK(left_out == std::vector<std::string>{"conv_preds"});
  CHECK(left_out_note("whole.h5", left_out) ==
        "note: whole.h5 holds the whole network; its classifier (conv_preds) is left out.\n");
  CHECK(left_out_note("whole.h5", {}).empty());
  const std::size_t backbone = parameters.all().size() - 2;
  for (std::size_t i = 0; i < backbone; ++i)
    CHECK((network.parameters().all()[i].variable.value.to_host() ==
           parameters.all()[i].variable.value.to_host()));
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test

// MobileNet with real ImageNet weights against Keras.
#include <doctest/doctest.h>

#include <algorithm>

#include "models/imagenet_classes.h"
#include "models/mobilenet.h"
#include "tests/models/network_figures.h"
#include "train/pretrained.h"

namespace nanopneumo::test {
namespace {

constexpr double kFloatTolerance = 2e-5;

TEST_CASE("Features of X-rays and photos with ImageNet weights") {
  const auto folder = shared_data("goldens/mobilenet_imagenet", 12);
  const auto weights = shared_data("weights/mobilenet_1_0_224_tf_no_top.h5", 12);
  if (!folder || !weights) return;
  const auto device = make_cpu_device(2);
  BackboneInFloat network(*device, find_architecture("mobilenet"), {250, 250, 3});
  load_keras_weights(*weights, network.graph(), network.parameters());
  const nlohmann::json cases = load_json(*folder / "mobilenet.json").at("features_250");
  REQUIRE(cases.size() == 6);
  for (const nlohmann::json& entry : cases) {
    const std::string input = entry.at("input"), pooled = entry.at("pooled");
    const std::string name = pooled.substr(7, pooled.size() - 7 - 4);  // pooled_NAME.npy
    for (const Tensor<float>& map :
         network.both_ways(png_input(*device, folder->parent_path() / input, kTfPreprocessing)))
      check_features(map, *folder, name, kFloatTolerance);
  }
}

TEST_CASE("Class probabilities of photos with ImageNet weights") {
  const auto folder = shared_data("goldens/mobilenet_imagenet", 4);
  const auto weights = shared_data("weights/mobilenet_1_0_224_tf.h5", 4);
  if (!folder || !weights) return;
  const auto device = make_cpu_device(2);
  const Graph graph = mobilenet({224, 224, 3}, {.include_top = true});
  Parameters<float> parameters(graph, *device, 1);
  load_keras_weights(*weights, graph, parameters);
  const FrozenPlan<float> plan(graph, parameters, *device, {}, device->frozen_precision());
  int photos = 0;
  const nlohmann::json predictions = load_json(*folder / "mobilenet.json").at("predictions");
  for (const nlohmann::json& entry : predictions) {
    if (!entry.contains("softmax")) continue;
    const std::vector<double> found = host_doubles(plan.run(
        png_input(*device, *folder / entry.at("input").get<std::string>(), kTfPreprocessing)));
    CHECK(max_relative_difference(
              found, read_npy(*folder / entry.at("softmax").get<std::string>()).values) <= 1e-4);
    const auto best = static_cast<std::size_t>(std::ranges::max_element(found) - found.begin());
    CHECK(best == entry.at("top5")[0][0].get<std::size_t>());
    CHECK(imagenet_class(best) == entry.at("top5")[0][1].get<std::string>());
    count_cases();
    ++photos;
  }
  CHECK(photos == 4);
}

}  // namespace
}  // namespace nanopneumo::test

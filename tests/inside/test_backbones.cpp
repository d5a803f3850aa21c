// Every network can be looked into: which layers, and that the gradient flows through frozen parts.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "inside/feature_maps.h"
#include "inside/gradcam.h"
#include "models/registry.h"
#include "tests/io/messages.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"

namespace nanopneumo::test {
namespace {

std::vector<std::string> default_layers(const std::string& model) {
  const Graph graph = build_classifier(find_architecture(model), {250, 250, 3}, {}).graph;
  std::vector<std::string> names;
  for (const int node : last_feature_maps(graph))
    names.push_back(graph.nodes()[static_cast<std::size_t>(node)].name);
  CHECK(last_feature_map(graph) == feature_map_called(graph, names.back()));
  return names;
}

/// A network with formula weights at its smallest size.
template <class T>
struct SmallestClassifier {
  SmallestClassifier(const Architecture& architecture, Device& device)
      : graph(build_classifier(architecture,
                               {architecture.minimum_size, architecture.minimum_size, 3}, {})
                  .graph),
        parameters(graph, device, 1),
        x(formula_input<T>(device, 1, architecture.minimum_size, architecture.minimum_size,
                           architecture.preprocessing)) {
    assign_formula(graph, parameters);
  }

  double logit(const Tensor<T>& picture) const {
    Tape<T> off(picture.device(), Tape<T>::Recording::off);
    return host_doubles(forward(graph, parameters, off, {picture}, Pass{}).value)[0];
  }

  Graph graph;
  Parameters<T> parameters;
  Tensor<T> x;
};

/// d(logit) when the picture moves along the formula's table, by central differences with a step of a
/// ten-millionth of the picture's range: too small to cross many kinks.
double derivative_along_table(const SmallestClassifier<double>& network) {
  const std::vector<double> x = network.x.to_host();
  const auto [low, high] = std::ranges::minmax(x);
  const double step = 1e-7 * (high - low);
  const auto moved = [&](double by) {
    std::vector<double> values = x;
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] += by * formula_table()[i % formula_table().size()];
    return network.logit(Tensor<double>::from_host(network.x.device(), network.x.shape(), values));
  };
  return (moved(step) - moved(-step)) / (2 * step);
}

}  // namespace

TEST_CASE("the feature maps that are shown of each network") {
  using Names = std::vector<std::string>;
  CHECK(default_layers("resnet50") == Names{"conv1_relu", "conv2_block3_out", "conv3_block4_out",
                                            "conv4_block6_out", "conv5_block3_out"});
  CHECK(default_layers("vgg16") ==
        Names{"block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3"});
  CHECK(default_layers("mobilenet") == Names{"conv_pw_1_relu", "conv_pw_3_relu", "conv_pw_5_relu",
                                             "conv_pw_11_relu", "conv_pw_13_relu"});
  CHECK(default_layers("densenet121").back() == "relu");
  CHECK(default_layers("inceptionv3").back() == "mixed10");
  CHECK(default_layers("xception").back() == "block14_sepconv2_act");
  CHECK(default_layers("efficientnetb4").back() == "top_activation");
  CHECK(default_layers("cnn") == Names{"conv2d", "conv2d_1", "conv2d_2", "conv2d_3"});
}

TEST_CASE("where the cells of a map lie in the picture") {
  const Graph cnn = build_classifier(find_architecture("cnn"), {64, 64, 3}, {}).graph;
  // By hand: centres of 3 x 3 convolutions and 2 x 2 pools, one after the other, without padding.
  for (const auto& [layer, first, step] : {std::tuple{"conv2d", 1.0, 1.0},
                                           {"conv2d_1", 3.5, 2.0},
                                           {"conv2d_2", 8.5, 4.0},
                                           {"conv2d_3", 18.5, 8.0}}) {
    const Placement place = placement_of(cnn, feature_map_called(cnn, layer));
    CHECK(place.rows.first == first);
    CHECK(place.columns.step == step);
  }
  // Keras pads MobileNet's odd pixel at the bottom and right: nothing at the top left.
  const Graph mobilenet = build_classifier(find_architecture("mobilenet"), {96, 96, 3}, {}).graph;
  const Placement last = placement_of(mobilenet, last_feature_map(mobilenet));
  CHECK(last.rows.step == 32);
  CHECK(last.rows.first == 31);
}

TEST_CASE("layers that cannot be looked into") {
  const Graph graph = build_classifier(find_architecture("cnn"), {64, 64, 3}, {}).graph;
  CHECK(contains(input_error_of([&] { feature_map_called(graph, "conv7"); }), "no layer conv7"));
  CHECK(contains(input_error_of([&] { feature_map_called(graph, "dense"); }), "no map of places"));
}

TEST_CASE("the gradient of the picture flows through every frozen network") {
  const std::unique_ptr<Device> device = make_reference_device();
  for (const Architecture& architecture : architectures()) {
    INFO(architecture.name);
    const SmallestClassifier<double> network(architecture, *device);
    const Probe<double> probe(network.graph, network.parameters, *device);
    const std::vector<double> dx = probe.read(network.x, 0).gradient.to_host();
    double along = 0;
    for (std::size_t i = 0; i < dx.size(); ++i)
      along += dx[i] * formula_table()[i % formula_table().size()];
    const double numeric = derivative_along_table(network);
    CHECK(std::abs(numeric) > 1e-6);
    CHECK(std::abs(along - numeric) <= 1e-5 * std::abs(numeric));
    count_cases();
  }
}

TEST_CASE("Grad-CAM of every network in float32 is that of the reference") {
  const std::unique_ptr<Device> exact = make_reference_device(), fast = make_cpu_device(2);
  for (const Architecture& architecture : architectures()) {
    INFO(architecture.name);
    const SmallestClassifier<double> a(architecture, *exact);
    const SmallestClassifier<float> b(architecture, *fast);
    const int node = last_feature_map(a.graph);
    const auto wanted = Probe<double>(a.graph, a.parameters, *exact).read(a.x, node);
    const auto found = Probe<float>(b.graph, b.parameters, *fast).read(b.x, node);
    for (const ClassSide side : {ClassSide::negative, ClassSide::positive}) {
      const HeatMap x = gradcam<double>(wanted, side), y = gradcam<float>(found, side);
      REQUIRE(x.values.size() == y.values.size());
      const float largest = std::ranges::max(x.values);
      for (std::size_t i = 0; i < x.values.size(); ++i)
        CHECK(std::abs(x.values[i] - y.values[i]) <= 1e-3F * largest + 1e-6F);
    }
    count_cases();
  }
}

}  // namespace nanopneumo::test

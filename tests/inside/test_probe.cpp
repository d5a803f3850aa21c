// Derivatives of the logit against central differences.
#include <doctest/doctest.h>

#include <algorithm>

#include "inside/gradcam.h"
#include "inside/saliency.h"
#include "tests/inside/small_network.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/numeric_gradient.h"
#include "tests/support/shape_error.h"

namespace nanopneumo::test {
namespace {

struct SmallNetwork {
  SmallNetwork() : parameters(graph, *device, 1), x(*device, {1, 5, 6, 3}) {
    assign_formula(graph, parameters);
    x = formula_input<double>(*device, 1, 5, 6, kUnitPreprocessing);
  }

  /// The logit with the output of `node` put in its place.
  double logit(int node, const Values& output) const {
    Tape<double> off(*device, Tape<double>::Recording::off);
    const auto replaced = [&](const Shape& shape) {
      return Variable<double>{Tensor<double>::from_host(*device, shape, output)};
    };
    return forward(graph, parameters, off, node == 0 ? replaced(x.shape()) : Variable<double>{x},
                   Pass{}, {}, Observer<double>([&](int n, Variable<double>& value) {
                     if (n == node) value = replaced(value.shape());
                   }))
        .value.to_host()[0];
  }

  std::unique_ptr<Device> device = make_reference_device();
  Graph graph = small_network();
  Parameters<double> parameters;
  Tensor<double> x;
};

}  // namespace

TEST_CASE("a probe's gradients are the central differences of the logit") {
  const SmallNetwork network;
  const Probe<double> probe(network.graph, network.parameters, *network.device);
  for (int node = 0; node + 1 < static_cast<int>(network.graph.nodes().size()); ++node) {
    INFO(network.graph.nodes()[static_cast<std::size_t>(node)].name);
    const auto reading = probe.read(network.x, node);
    const Values output = reading.output.to_host();
    CHECK(reading.logit == network.logit(node, output));
    CHECK(gradient_error(reading.gradient.to_host(),
                         numeric_gradient(output, [&](const Values& changed) {
                           return network.logit(node, changed);
                         })) <= 1);
    count_cases();
  }
}

TEST_CASE("a probe leaves the network's own gradients alone") {
  const SmallNetwork network;
  for (const Parameter<double>& parameter : network.parameters.all())
    if (parameter.trainable) CHECK_FALSE(parameter.variable.gradient->arrived());
  const Probe<double> probe(network.graph, network.parameters, *network.device);
  probe.read(network.x, 0);
  for (const Parameter<double>& parameter : network.parameters.all())
    if (parameter.trainable) CHECK_FALSE(parameter.variable.gradient->arrived());
}

TEST_CASE("a probe gives the outputs that are asked for") {
  const SmallNetwork network;
  const Probe<double> probe(network.graph, network.parameters, *network.device);
  const std::vector<int> nodes = {4, 1, 3};
  const std::vector<Tensor<double>> outputs = probe.outputs(network.x, nodes);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    CHECK(outputs[i].to_host() == probe.read(network.x, nodes[i]).output.to_host());
  count_cases(3);
}

TEST_CASE("a probe takes one picture") {
  const SmallNetwork network;
  const Probe<double> probe(network.graph, network.parameters, *network.device);
  CHECK(says(shape_error_of([&] {
               probe.read(Tensor<double>(*network.device, {2, 5, 6, 3}), 0);
             }),
             "one picture", "2"));
}

TEST_CASE("saliency is the largest gradient of a pixel's channels") {
  const SmallNetwork network;
  const Probe<double> probe(network.graph, network.parameters, *network.device);
  const Values dx = probe.read(network.x, 0).gradient.to_host();
  const HeatMap map = saliency(probe, network.x);
  REQUIRE(map.height == 5);
  REQUIRE(map.width == 6);
  for (std::size_t pixel = 0; pixel < map.values.size(); ++pixel) {
    const double largest = std::max(
        {std::abs(dx[3 * pixel]), std::abs(dx[3 * pixel + 1]), std::abs(dx[3 * pixel + 2])});
    CHECK(map.values[pixel] == static_cast<float>(largest));
  }
}

TEST_CASE("SmoothGrad without noise is saliency, and depends on its seed with noise") {
  const SmallNetwork network;
  const Probe<double> probe(network.graph, network.parameters, *network.device);
  const HeatMap plain = saliency(probe, network.x);
  const auto smooth = [&](double noise, std::uint64_t seed) {
    return smooth_saliency(probe, network.x, {.samples = 4, .noise = noise, .seed = seed}).values;
  };
  const std::vector<float> calm = smooth(0, 1);
  for (std::size_t i = 0; i < calm.size(); ++i)
    CHECK(calm[i] == doctest::Approx(plain.values[i]).epsilon(1e-6));
  CHECK(smooth(0.2, 1) == smooth(0.2, 1));
  CHECK(smooth(0.2, 1) != smooth(0.2, 2));
  CHECK(smooth(0.2, 1) != calm);
}

TEST_CASE("Grad-CAM of maps that can be worked out by hand") {
  const std::unique_ptr<Device> device = make_reference_device();
  const auto map_of = [&](const std::vector<double>& A, const std::vector<double>& dA) {
    return Probe<double>::Reading{0, Tensor<double>::from_host(*device, {1, 1, 2, 2}, A),
                                  Tensor<double>::from_host(*device, {1, 1, 2, 2}, dA)};
  };
  // Channels (1, 3) and (2, 4) at the two places; means of the gradients 1 and -0.5.
  const auto reading = map_of({1, 2, 3, 4}, {0, -2, 2, 1});
  CHECK(gradcam<double>(reading, ClassSide::positive).values == std::vector<float>{0, 1});
  CHECK(gradcam<double>(reading, ClassSide::negative).values == std::vector<float>{0, 0});
  const auto other = map_of({1, 2, 3, 4}, {0, -4, 2, 1});
  CHECK(gradcam<double>(other, ClassSide::positive).values == std::vector<float>{0, 0});
  CHECK(gradcam<double>(other, ClassSide::negative).values == std::vector<float>{2, 3});
}

}  // namespace nanopneumo::test

// Grad-CAM and saliency against TensorFlow's gradients.
#include <doctest/doctest.h>

#include "inside/feature_maps.h"
#include "inside/gradcam.h"
#include "inside/saliency.h"
#include "models/registry.h"
#include "tests/inside/inside_table.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"

namespace nanopneumo::test {
namespace {

std::vector<double> doubles(const HeatMap& map) { return {map.values.begin(), map.values.end()}; }

template <class T>
void check(Device& device, const InsideGolden& golden, double tolerance) {
  INFO(golden.model << " on " << device.name());
  const Architecture& architecture = find_architecture(golden.model);
  const Graph graph = build_classifier(architecture, {golden.size, golden.size, 3}, {}).graph;
  Parameters<T> parameters(graph, device, 1);
  assign_formula(graph, parameters);
  const Probe<T> probe(graph, parameters, device);
  const Tensor<T> x =
      formula_input<T>(device, 1, golden.size, golden.size, architecture.preprocessing);

  const auto near_golden = [&](const std::vector<double>& values, const GoldenTensor& wanted) {
    const double difference = golden_difference(values, wanted);
    CHECK_MESSAGE(difference <= tolerance, wanted.name << " " << difference);
    count_cases();
  };
  const auto reading = probe.read(x, 0);
  CHECK(std::abs(reading.logit - golden.logit) <= tolerance * std::abs(golden.logit));
  near_golden(host_doubles(reading.gradient), golden.input_gradient);
  near_golden(doubles(saliency(probe, x)), golden.saliency);
  for (const LayerCams& cams : golden.cams) {
    INFO(cams.layer);
    const auto map = probe.read(x, feature_map_called(graph, cams.layer));
    near_golden(doubles(gradcam<T>(map, ClassSide::positive)), cams.positive);
    near_golden(doubles(gradcam<T>(map, ClassSide::negative)), cams.negative);
  }
}

}  // namespace

TEST_CASE("Grad-CAM and saliency are TensorFlow's on the reference") {
  const std::unique_ptr<Device> device = make_reference_device();
  // Maps are kept in float32.
  for (const InsideGolden& golden : kInsideGoldens) check<double>(*device, golden, 1e-6);
}

TEST_CASE("Grad-CAM and saliency are TensorFlow's in float32 on the CPU") {
  const std::unique_ptr<Device> device = make_cpu_device(2);
  for (const InsideGolden& golden : kInsideGoldens) check<float>(*device, golden, 1e-3);
}

TEST_CASE("Grad-CAM and saliency are TensorFlow's in float32 on the emulated GPU") {
  const std::unique_ptr<Device> device = make_emulated_device(2);
  for (const InsideGolden& golden : kInsideGoldens) check<float>(*device, golden, 1e-3);
}

}  // namespace nanopneumo::test

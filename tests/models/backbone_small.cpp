// The backbones at their smallest size, which is not square here.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/models/backbone_checks.h"
#include "tests/models/network_figures.h"
#include "tests/reference/reference_device.h"
#include "tests/support/gpu_devices.h"

namespace nanopneumo::test {
namespace {

// Another image and other weights than those of the goldens: what formula.md calls offset is 2000 times the
// number of an image and 1009 times that of a tensor, modulo 4099. These make it 777 and 1117 times.
constexpr int kOtherImage = 978;
constexpr std::int64_t kOtherStep = 2922;

constexpr double kExactTolerance = 1e-9;

Shape smallest_image(const Architecture& architecture) {
  return {architecture.minimum_size, architecture.minimum_size + 14, 3};
}

template <class T>
Tensor<T> small_input(Device& device, const Architecture& architecture) {
  const Shape image = smallest_image(architecture);
  return formula_input<T>(device, 1, to_int(image[0]), to_int(image[1]), architecture.preprocessing,
                          kOtherImage);
}

enum class Way { layered, fused };

/// The network's output for the small image.
template <class T>
Tensor<T> small_output(Device& device, const Architecture& architecture, bool include_top,
                       Way way) {
  const Graph graph =
      build_model(architecture, smallest_image(architecture), {.include_top = include_top});
  Parameters<T> parameters(graph, device, 1);
  assign_formula(graph, parameters, kOtherStep);
  const Tensor<T> x = small_input<T>(device, architecture);
  if (way == Way::fused)
    return FrozenPlan<T>(graph, parameters, device, {}, device.frozen_precision()).run(x);
  Tape<T> off(device, Tape<T>::Recording::off);
  return forward<T>(graph, parameters, off, {x}, Pass{}).value;
}

/// Without top.
template <class T>
void check_pooled(Device& device, const BackboneFigures& figures, Way way, double tolerance) {
  const Tensor<T> map = small_output<T>(device, find_architecture(figures.model), false, way);
  const double difference = max_relative_difference(strided(pool(map), 12), figures.small_pooled);
  CHECK_MESSAGE(difference <= tolerance, device.name() << " " << difference);
  count_cases();
}

/// With top: class probabilities.
template <class T>
std::vector<double> small_classes(Device& device, const BackboneFigures& figures) {
  return host_doubles(small_output<T>(device, find_architecture(figures.model), true, Way::fused));
}

/// Some probabilities are as small as 1e-128: their logarithms are the logits but for a constant.
std::vector<double> logarithms(std::vector<double> values) {
  for (double& value : values) value = std::log(value);
  return values;
}

}  // namespace

void check_at_smallest_size(const BackboneFigures& figures) {
  const auto reference = make_reference_device();
  check_pooled<double>(*reference, figures, Way::layered, kExactTolerance);
  const std::vector<double> classes = small_classes<double>(*reference, figures);
  CHECK(max_relative_difference(logarithms(strided(classes, 8)),
                                logarithms(figures.small_classes)) <= kExactTolerance);

  const auto cpu = make_cpu_device(2);
  for (const Way way : {Way::layered, Way::fused})
    check_pooled<float>(*cpu, figures, way, figures.float_tolerance);
  // Softmax makes of the logits' absolute errors relative ones.
  CHECK(max_relative_difference(small_classes<float>(*cpu, figures), classes) <= 1e-3);
  for_each_gpu_device([&](Device& device) {
    check_pooled<float>(device, figures, Way::fused, figures.float_tolerance);
  });
  count_cases(2);
}

}  // namespace nanopneumo::test

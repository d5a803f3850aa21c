// Gradients of a backbone with formula weights against TensorFlow's.
#include <doctest/doctest.h>

#include "layers/global_average_pooling2d.h"
#include "tests/models/backbone_checks.h"
#include "tests/models/network_figures.h"
#include "tests/reference/reference_device.h"
#include "tests/support/kinks.h"
#include "tests/support/weighted_sum.h"

namespace nanopneumo::test {
namespace {

/// What one pass and its way back leave.
struct Gradients {
  double loss = 0;
  NamedGradients of_parameter, moving_after;
  KinkedOutputs kinked_outputs;
};

/// With `point`, these outputs take the place of the own ones: the gradients are those at that point.
template <class T>
Gradients compute(Device& device, const BackboneFigures& figures, BatchNormMode mode,
                  const KinkedOutputs* point = nullptr) {
  const Architecture& architecture = find_architecture(figures.model);
  const int size = figures.gradient_size;
  // The goldens were made without drop-connect.
  Graph graph = build_model(architecture, {size, size, 3}, {.drop_connect = 0});
  graph.add(GlobalAveragePooling2D(), Graph::Value{static_cast<int>(graph.nodes().size()) - 1});
  Parameters<T> parameters(graph, device, 1);
  assign_formula(graph, parameters);
  Tape<T> tape(device);
  parameters.reset_gradients();
  Gradients result;
  constexpr int kImages = 2;
  const Variable<T> pooled =
      forward(graph, parameters, tape,
              {formula_input<T>(device, kImages, size, size, architecture.preprocessing)},
              {.training = mode == BatchNormMode::training}, {},
              at_kinks<T>(graph, result.kinked_outputs, point));
  std::vector<double> weights;
  for (int b = 0; b < kImages; ++b)
    for (std::int64_t j = 0; j < pooled.shape()[1]; ++j)
      weights.push_back(formula_table()[static_cast<std::size_t>(j)] / kImages);
  const Variable<T> loss = weighted_sum<T>(tape, pooled, weights);
  tape.backward(loss);
  parameters.finish_gradients();

  result.loss = static_cast<double>(loss.value.to_host()[0]);
  for (const Parameter<T>& parameter : parameters.all()) {
    if (parameter.trainable)
      result.of_parameter[parameter.name] = host_doubles(parameter.variable.gradient->value());
    else
      result.moving_after[parameter.name] = host_doubles(parameter.variable.value);
  }
  return result;
}

void compare(const NamedGradients& found, const std::vector<GoldenTensor>& goldens,
             double tolerance) {
  for (const GoldenTensor& golden : goldens) {
    const auto tensor = found.find(golden.name);
    REQUIRE_MESSAGE(tensor != found.end(), golden.name);
    const double difference = golden_difference(tensor->second, golden);
    CHECK_MESSAGE(difference <= tolerance, golden.name << " " << difference);
    count_cases();
  }
}

/// Against the figures carried over, and against all of the goldens where they are here.
void check(const Gradients& found, const BackboneFigures& figures, BatchNormMode mode,
           double tolerance) {
  const bool training = mode == BatchNormMode::training;
  const BackboneFigures::Gradients& wanted = training ? figures.training : figures.inference;
  CHECK(max_relative_difference(std::vector{found.loss}, std::vector{wanted.loss}) <= tolerance);
  compare(found.of_parameter, wanted.gradients, tolerance);
  if (training) compare(found.moving_after, figures.moving_after, tolerance);

  const auto path = shared_data("goldens/training/gradients_" + figures.model + ".json",
                                static_cast<long long>(found.of_parameter.size()));
  if (!path) return;
  const nlohmann::json golden = load_json(*path);
  const auto all =
      golden_tensors(golden.at(training ? "training_bn_gradients" : "inference_bn_gradients"));
  REQUIRE(all.size() == found.of_parameter.size());
  compare(found.of_parameter, all, tolerance);
  if (training)
    compare(found.moving_after, golden_tensors(golden.at("training_bn_moving_after")), tolerance);
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

/// As a share of the largest exact value; absolute where that is 0 but for rounding: the gradient of what a
/// batch normalisation takes away again.
double gradient_difference(const std::vector<double>& found, const std::vector<double>& exact) {
  constexpr double kNoise = 1e-9;
  const double difference = max_relative_difference(found, exact);
  const double scale = largest(exact);
  return scale > 0 && scale < kNoise ? difference * scale : difference;
}

}  // namespace

void check_gradients_of_reference(const BackboneFigures& figures, BatchNormMode mode) {
  check(compute<double>(*make_reference_device(), figures, mode), figures, mode, 1e-8);
}

// Besides Keras' figures, all of every gradient is compared with the reference's at the same point, to a tenth of the
// tolerance (tests/support/kinks.h).
void check_gradients_in_float(const BackboneFigures& figures, BatchNormMode mode) {
  const bool training = mode == BatchNormMode::training;
  const double tolerance = training ? 1e-2 : 1e-3;
  Gradients found = compute<float>(*make_cpu_device(2), figures, mode);
  const auto reference = make_reference_device();
  const Gradients exact = compute<double>(*reference, figures, mode);
  const Gradients there = compute<double>(*reference, figures, mode, &found.kinked_outputs);
  for (const auto& [name, gradient] : found.of_parameter) {
    const double difference = gradient_difference(gradient, there.of_parameter.at(name));
    CHECK_MESSAGE(difference <= tolerance / 10, name << " " << difference);
    count_cases();
  }
  if (training) compare(found.moving_after, figures.moving_after, 1e-5);
  found.of_parameter =
      without_kinks(std::move(found.of_parameter), there.of_parameter, exact.of_parameter);
  check(found, figures, mode, tolerance);
}

}  // namespace nanopneumo::test

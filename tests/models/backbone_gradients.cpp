// Gradients of a backbone with formula weights against TensorFlow's.
#include <doctest/doctest.h>

#include <map>

#include "layers/conv2d.h"
#include "layers/global_average_pooling2d.h"
#include "tests/models/backbone_checks.h"
#include "tests/models/network_figures.h"
#include "tests/reference/reference_device.h"
#include "tests/support/weighted_sum.h"

namespace nanopneumo::test {
namespace {

/// What one pass and its way back leave.
struct Gradients {
  double loss = 0;
  std::map<std::string, std::vector<double>> of_parameter, moving_after;
  std::map<int, std::vector<double>> kinked_outputs;  ///< of each node whose function has kinks
  std::map<std::string, int> node_of_parameter;
};

/// How much more than its tolerance a gradient may differ where ReLU's kink lies behind it.
constexpr double kPastKink = 10;

/// ReLU, also as part of a convolution: the derivative jumps.
bool has_kinks(const Layer& layer) {
  const auto* conv = dynamic_cast<const Conv2D*>(&layer);
  const Activation activation = conv ? conv->options().activation : layer.activation();
  return activation == Activation::relu || activation == Activation::relu6;
}

template <class T>
Gradients compute(Device& device, const BackboneFigures& figures, BatchNormMode mode) {
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
  const Observer<T> keep_kinked_outputs = [&](int node, const Variable<T>& output) {
    if (has_kinks(*graph.nodes()[static_cast<std::size_t>(node)].layer))
      result.kinked_outputs[node] = host_doubles(output.value);
  };
  constexpr int kImages = 2;
  const Variable<T> pooled =
      forward(graph, parameters, tape,
              {formula_input<T>(device, kImages, size, size, architecture.preprocessing)},
              {.training = mode == BatchNormMode::training}, {}, keep_kinked_outputs);
  std::vector<double> weights;
  for (int b = 0; b < kImages; ++b)
    for (std::int64_t j = 0; j < pooled.shape()[1]; ++j)
      weights.push_back(formula_table()[static_cast<std::size_t>(j)] / kImages);
  const Variable<T> loss = weighted_sum<T>(tape, pooled, weights);
  tape.backward(loss);
  parameters.finish_gradients();

  result.loss = static_cast<double>(loss.value.to_host()[0]);
  for (const Parameter<T>& parameter : parameters.all()) {
    result.node_of_parameter[parameter.name] = parameter.node;
    if (parameter.trainable)
      result.of_parameter[parameter.name] = host_doubles(parameter.variable.gradient->value());
    else
      result.moving_after[parameter.name] = host_doubles(parameter.variable.value);
  }
  return result;
}

void compare(const std::map<std::string, std::vector<double>>& found,
             const std::vector<GoldenTensor>& goldens, double tolerance) {
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

/// Whether a gradient is 0 but for rounding: that of what a batch normalisation takes away again.
bool is_noise(const std::vector<double>& gradient) {
  return std::ranges::all_of(gradient, [](double value) { return std::abs(value) < 1e-9; });
}

/// The last node with kinks where an element lies on another side of a kink in `a` than in `b`; 0 where
/// there is none. Such elements must lie at the kink but for rounding, which is in
/// proportion to the layer's largest output.
int last_kink_crossed(const Gradients& a, const Gradients& b) {
  constexpr double kRounding = 1e-4;
  const auto side = [](double y) { return y <= 0 ? 0 : y < 6 ? 1 : 2; };
  int last = 0;
  for (const auto& [node, outputs] : a.kinked_outputs) {
    const std::vector<double>& others = b.kinked_outputs.at(node);
    const double rounding = kRounding * *std::ranges::max_element(others);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (side(outputs[i]) != side(others[i])) {
        CHECK(std::abs(outputs[i] - others[i]) <= rounding);
        last = node;
      }
  }
  return last;
}

}  // namespace

void check_gradients_of_reference(const BackboneFigures& figures, BatchNormMode mode) {
  check(compute<double>(*make_reference_device(), figures, mode), figures, mode, 1e-8);
}

// The derivative of ReLU jumps. Of the millions of inputs of ReLU a handful lie nearer to a kink than the
// rounding of float32. Where one of them gets the other derivative, the gradients of the layers before it
// change; what comes after the last of them has to agree as everything does where there is none. Batch
// statistics of few values amplify the rounding. (Keras 3.15.1 itself, run in float32, is as far from its own
// float64 gradients: findings.md.)
void check_gradients_in_float(const BackboneFigures& figures, BatchNormMode mode) {
  const bool training = mode == BatchNormMode::training;
  const double tolerance = training ? 1e-2 : 1e-3;
  const Gradients found = compute<float>(*make_cpu_device(2), figures, mode);
  const Gradients reference = compute<double>(*make_reference_device(), figures, mode);
  const int kink = last_kink_crossed(found, reference);
  check(found, figures, mode, kink > 0 ? kPastKink * tolerance : tolerance);
  for (const auto& entry : found.of_parameter) {
    const std::string& name = entry.first;
    const std::vector<double>& exact = reference.of_parameter.at(name);
    if (found.node_of_parameter.at(name) > kink && !is_noise(exact))
      CHECK_MESSAGE(max_relative_difference(entry.second, exact) <= tolerance, name);
  }
  if (training) compare(found.moving_after, figures.moving_after, 1e-5);
}

}  // namespace nanopneumo::test

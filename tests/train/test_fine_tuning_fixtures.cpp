// Fine-tuning steps against Keras': losses, first gradients, weights and logits afterwards.
#include <doctest/doctest.h>

#include "layers/dense.h"
#include "layers/global_average_pooling2d.h"
#include "models/fine_tuning.h"
#include "models/frozen_plan.h"
#include "models/registry.h"
#include "tests/reference/reference_device.h"
#include "tests/train/fine_tuning_table.h"
#include "tests/train/training_run.h"

namespace nanopneumo::test {
namespace {

/// float32. A loss that climbs and falls magnifies rounding: later losses as the goldens' README has it.
constexpr TrainingTolerances kSingle{1e-5, 1e-2, 1e-3, 1e-3, 1e-3};

constexpr int kImages = 4, kSize = 96;

/// A backbone with formula weights under pooling and one logit, fine-tuned with Adam 1e-5 on four formula
/// images; what lies below `layers` runs once, as a frozen plan.
template <class T>
TrainingOutcome fine_tune_steps(Device& device, const std::string& model, const std::string& layers,
                                FineTunedBatchNorm batch_norm, int steps) {
  const Architecture& architecture = find_architecture(model);
  Graph graph = build_model(architecture, {kSize, kSize, 3}, {});
  const Graph::Value map{static_cast<int>(graph.nodes().size()) - 1};
  const Graph::Value features = graph.add(GlobalAveragePooling2D(), map);
  graph.freeze_up_to(features);
  graph.add(Dense({.units = 1}), features);
  const int first = first_fine_tuned(graph, features.node, layers);
  fine_tune(graph, first, features.node, batch_norm);
  const int cut = last_cut_before(graph, first);

  Parameters<T> parameters(graph, device, 1);
  assign_formula(graph, parameters);
  // The head: kernel 0.01 u where u continues the backbone's tensors, bias 0.
  const std::size_t p = parameters.all().size() - 2;
  std::vector<float> kernel;
  for (std::size_t i = 0; i < static_cast<std::size_t>(graph.shape(features)[0]); ++i)
    kernel.push_back(
        static_cast<float>(0.01 * formula_table()[(i + 1009 * p) % formula_table().size()]));
  assign<T>(parameters.all()[p], kernel);
  assign<T>(parameters.all()[p + 1], std::vector<float>{0});

  std::vector<std::vector<T>> frozen;
  for (const Parameter<T>& parameter : parameters.all())
    if (!parameter.trainable) frozen.push_back(parameter.variable.value.to_host());
  const FrozenPlan<T> below(graph, parameters, device, {.last = cut}, device.frozen_precision());
  const Tensor<T> x =
      below.run(formula_input<T>(device, kImages, kSize, kSize, architecture.preprocessing));
  const TrainingOutcome outcome =
      train(graph, parameters, {x, alternating_labels<T>(device, kImages), {}}, steps,
            [](int) { return 1e-5; }, {.first = cut});
  std::size_t next = 0;
  for (const Parameter<T>& parameter : parameters.all())
    if (!parameter.trainable)
      CHECK_MESSAGE(parameter.variable.value.to_host() == frozen[next++], parameter.name);
  return outcome;
}

/// The first `steps` losses and the gradients only: what a run that stops there has.
TrainingGolden beginning(TrainingGolden golden, std::size_t steps) {
  golden.losses.resize(steps);
  golden.weights_after.clear();
  golden.logits_after.clear();
  return golden;
}

/// All of the backbone but its batch normalisation, which is frozen (trainable = False).
template <class T>
TrainingOutcome convolutions_only(Device& device, const std::string& model, int steps) {
  return fine_tune_steps<T>(device, model, "all", FineTunedBatchNorm::nothing, steps);
}

std::optional<TrainingGolden> whole_golden(const std::string& model, long long cases) {
  const auto path = shared_data("goldens/training/finetune.json", cases);
  if (!path) return {};
  return training_golden(load_json(*path).at(model), "logits_after");
}

void check_mobilenet(const TrainingOutcome& outcome, const TrainingTolerances& tolerance) {
  compare(outcome, kFineTunedMobileNet, tolerance);
  if (const auto golden = whole_golden("mobilenet", 64)) compare(outcome, *golden, tolerance);
}

TEST_CASE("Fine-tuning MobileNet on the reference, batch normalisation frozen") {
  check_mobilenet(convolutions_only<double>(*make_reference_device(), "mobilenet", 5), kExact);
}

TEST_CASE("Fine-tuning MobileNet in float32, batch normalisation frozen") {
  check_mobilenet(convolutions_only<float>(*make_cpu_device(2), "mobilenet", 5), kSingle);
}

TEST_CASE("Fine-tuning ResNet50 on the reference, batch normalisation frozen") {
  const TrainingOutcome outcome =
      convolutions_only<double>(*make_reference_device(), "resnet50", 5);
  compare(outcome, kFineTunedResNet50, kExact);
  if (const auto golden = whole_golden("resnet50", 222)) compare(outcome, *golden, kExact);
}

TEST_CASE("Fine-tuning ResNet50 in float32, batch normalisation frozen") {
  // Its loss jumps from 6.9 to 11.1 and back: two steps.
  constexpr int kSteps = 2;
  const TrainingOutcome outcome = convolutions_only<float>(*make_cpu_device(2), "resnet50", kSteps);
  compare(outcome, beginning(kFineTunedResNet50, kSteps), kSingle);
  if (const auto golden = whole_golden("resnet50", 110))
    compare(outcome, beginning(*golden, kSteps), kSingle);
}

template <class T>
void check_last_layers(Device& device, const TrainingTolerances& tolerance) {
  for (const PartialGolden& golden : kLastLayers) {
    const std::string model = golden.model;
    INFO(model);
    compare(fine_tune_steps<T>(device, model, std::to_string(golden.layers),
                               FineTunedBatchNorm::gamma_and_beta, 3),
            golden.keras, tolerance);
  }
}

TEST_CASE("Fine-tuning the last layers of each backbone on the reference") {
  check_last_layers<double>(*make_reference_device(), kExact);
}

TEST_CASE("Fine-tuning the last layers of each backbone in float32") {
  check_last_layers<float>(*make_cpu_device(2), kSingle);
}

}  // namespace
}  // namespace nanopneumo::test

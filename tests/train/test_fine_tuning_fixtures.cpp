// Fine-tuning steps against Keras': losses, first gradients, weights and logits afterwards.
#include <doctest/doctest.h>

#include "layers/binary_cross_entropy.h"
#include "layers/dense.h"
#include "layers/global_average_pooling2d.h"
#include "models/fine_tuning.h"
#include "models/frozen_plan.h"
#include "models/fused_forward.h"
#include "models/registry.h"
#include "tests/reference/reference_device.h"
#include "tests/support/kinks.h"
#include "tests/support/one_algorithm.h"
#include "tests/train/fine_tuning_table.h"
#include "tests/train/training_run.h"

namespace nanopneumo::test {
namespace {

/// float32. A loss that climbs and falls magnifies rounding: later losses as the goldens' README has it.
constexpr TrainingTolerances kSingle{1e-5, 1e-2, 1e-3, 1e-3, 1e-3};

constexpr int kImages = 4, kSize = 96;

// At 96 x 96 some elements of VGG16's last layers lie so near to a kink of ReLU or max pooling that rounding decides
// on which side, which is told apart for the first step only. Winograd's rounding is coarser than that of the plain
// sums for which the tolerances were made, so these compute the frozen part here.
std::unique_ptr<Device> make_plain_cpu_device() {
  return make_cpu_device(2, Precision::float32, std::make_shared<OneAlgorithm>("direct"));
}

/// A backbone under pooling and one logit, and the node from which on it is fine-tuned.
struct FineTuned {
  const Architecture& architecture;
  Graph graph;
  int cut;

  FineTuned(const std::string& model, const std::string& layers, FineTunedBatchNorm batch_norm)
      : architecture(find_architecture(model)),
        graph(build_model(architecture, {kSize, kSize, 3}, {})) {
    const Graph::Value map{static_cast<int>(graph.nodes().size()) - 1};
    const Graph::Value features = graph.add(GlobalAveragePooling2D(), map);
    graph.freeze_up_to(features);
    graph.add(Dense({.units = 1}), features);
    const int first = first_fine_tuned(graph, features.node, layers);
    fine_tune(graph, first, features.node, batch_norm);
    cut = last_cut_before(graph, first);
  }
};

/// Formula weights. The head: kernel 0.01 u where u continues the backbone's tensors, bias 0.
template <class T>
Parameters<T> formula_parameters(const Graph& graph, Device& device) {
  Parameters<T> parameters(graph, device, 1);
  assign_formula(graph, parameters);
  const std::size_t p = parameters.all().size() - 2;
  std::vector<float> kernel;
  for (std::size_t i = 0; i < static_cast<std::size_t>(parameters.all()[p].variable.value.size());
       ++i)
    kernel.push_back(
        static_cast<float>(0.01 * formula_table()[(i + 1009 * p) % formula_table().size()]));
  assign<T>(parameters.all()[p], kernel);
  assign<T>(parameters.all()[p + 1], std::vector<float>{0});
  return parameters;
}

template <class T>
Tensor<T> formula_images(Device& device, const FineTuned& network) {
  return formula_input<T>(device, kImages, kSize, kSize, network.architecture.preprocessing);
}

/// Steps with Adam 1e-5 from `x`, what the network has at the cut.
template <class T>
TrainingOutcome steps_from(Device& device, const FineTuned& network, Parameters<T>& parameters,
                           const Tensor<T>& x, int steps) {
  std::vector<std::vector<T>> frozen;
  for (const Parameter<T>& parameter : parameters.all())
    if (!parameter.trainable) frozen.push_back(parameter.variable.value.to_host());
  const TrainingOutcome outcome =
      train(network.graph, parameters, {x, alternating_labels<T>(device, kImages), {}}, steps,
            [](int) { return 1e-5; }, {.first = network.cut});
  std::size_t next = 0;
  for (const Parameter<T>& parameter : parameters.all())
    if (!parameter.trainable)
      CHECK_MESSAGE(parameter.variable.value.to_host() == frozen[next++], parameter.name);
  return outcome;
}

/// What lies below the cut runs once, as a frozen plan.
template <class T>
Tensor<T> values_at_cut(Device& device, const FineTuned& network, const Parameters<T>& parameters) {
  const FrozenPlan<T> below(network.graph, parameters, device, {.last = network.cut},
                            device.frozen_precision());
  return below.run(formula_images<T>(device, network));
}

/// On four formula images.
TrainingOutcome fine_tune_on_reference(const std::string& model, const std::string& layers,
                                       FineTunedBatchNorm batch_norm, int steps) {
  const auto device = make_reference_device();
  const FineTuned network(model, layers, batch_norm);
  Parameters<double> parameters = formula_parameters<double>(network.graph, *device);
  return steps_from<double>(*device, network, parameters,
                            values_at_cut(*device, network, parameters), steps);
}

/// The gradients before the first step from `x`; with `point` at the outputs there.
template <class T>
NamedGradients first_gradients(Device& device, const FineTuned& network, const Tensor<T>& x,
                               KinkedOutputs& outputs, const KinkedOutputs* point = nullptr) {
  Parameters<T> parameters = formula_parameters<T>(network.graph, device);
  parameters.reset_gradients();
  Tape<T> tape(device);
  const Variable<T> logits =
      fused_forward(network.graph, parameters, tape, Variable<T>{x}, {.training = true, .seed = 1},
                    {.first = network.cut}, at_kinks<T>(network.graph, outputs, point));
  tape.backward(binary_cross_entropy(tape, logits, alternating_labels<T>(device, kImages), {}));
  parameters.finish_gradients();
  NamedGradients gradients;
  for (const Parameter<T>& parameter : parameters.all())
    if (parameter.trainable)
      gradients[parameter.name] = host_doubles(parameter.variable.gradient->value());
  return gradients;
}

/// On the same images; the first gradients are those less what kinks account for (tests/support/kinks.h).
TrainingOutcome fine_tune_in_float(const std::string& model, const std::string& layers,
                                   FineTunedBatchNorm batch_norm, int steps) {
  const auto device = make_plain_cpu_device();
  const FineTuned network(model, layers, batch_norm);
  Parameters<float> parameters = formula_parameters<float>(network.graph, *device);
  const Tensor<float> x = values_at_cut(*device, network, parameters);
  TrainingOutcome outcome = steps_from<float>(*device, network, parameters, x, steps);

  KinkedOutputs point, own;
  CHECK(first_gradients(*device, network, x, point) == outcome.first_gradients);
  const auto reference = make_reference_device();
  const Tensor<double> exact_x =
      values_at_cut(*reference, network, formula_parameters<double>(network.graph, *reference));
  const NamedGradients exact = first_gradients(*reference, network, exact_x, own);
  take_over(exact_x, host_doubles(x));
  const NamedGradients there = first_gradients(*reference, network, exact_x, own, &point);
  outcome.first_gradients = without_kinks(std::move(outcome.first_gradients), there, exact);
  return outcome;
}

/// The first `steps` losses and the gradients only: what a run that stops there has.
TrainingGolden beginning(TrainingGolden golden, std::size_t steps) {
  golden.losses.resize(steps);
  golden.weights_after.clear();
  golden.logits_after.clear();
  return golden;
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

// All of the backbone but its batch normalisation, which is frozen (trainable = False).
TEST_CASE("Fine-tuning MobileNet on the reference, batch normalisation frozen") {
  check_mobilenet(fine_tune_on_reference("mobilenet", "all", FineTunedBatchNorm::nothing, 5),
                  kExact);
}

TEST_CASE("Fine-tuning MobileNet in float32, batch normalisation frozen") {
  check_mobilenet(fine_tune_in_float("mobilenet", "all", FineTunedBatchNorm::nothing, 5), kSingle);
}

TEST_CASE("Fine-tuning ResNet50 on the reference, batch normalisation frozen") {
  const TrainingOutcome outcome =
      fine_tune_on_reference("resnet50", "all", FineTunedBatchNorm::nothing, 5);
  compare(outcome, kFineTunedResNet50, kExact);
  if (const auto golden = whole_golden("resnet50", 222)) compare(outcome, *golden, kExact);
}

TEST_CASE("Fine-tuning ResNet50 in float32, batch normalisation frozen") {
  // Its loss jumps from 6.9 to 11.1 and back: two steps.
  constexpr int kSteps = 2;
  const TrainingOutcome outcome =
      fine_tune_in_float("resnet50", "all", FineTunedBatchNorm::nothing, kSteps);
  compare(outcome, beginning(kFineTunedResNet50, kSteps), kSingle);
  if (const auto golden = whole_golden("resnet50", 110))
    compare(outcome, beginning(*golden, kSteps), kSingle);
}

/// fine_tune(model, layers, batch_norm, steps)
template <class FineTune>
void check_last_layers(const FineTune& fine_tune, const TrainingTolerances& tolerance) {
  for (const PartialGolden& golden : kLastLayers) {
    INFO(golden.model);
    compare(fine_tune(golden.model, std::to_string(golden.layers),
                      FineTunedBatchNorm::gamma_and_beta, 3),
            golden.keras, tolerance);
  }
}

TEST_CASE("Fine-tuning the last layers of each backbone on the reference") {
  check_last_layers(fine_tune_on_reference, kExact);
}

TEST_CASE("Fine-tuning the last layers of each backbone in float32") {
  check_last_layers(fine_tune_in_float, kSingle);
}

}  // namespace
}  // namespace nanopneumo::test

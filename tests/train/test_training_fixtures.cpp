// Runs of the same 20 steps as Keras': losses, first gradients, weights and logits afterwards.
#include <doctest/doctest.h>

#include "models/cnn.h"
#include "tests/reference/reference_device.h"
#include "tests/support/head_only.h"
#include "tests/train/training_run.h"

namespace nanopneumo::test {
namespace {

/// float32. The first step sees rounding alone. After it the loss falls by a factor of 1e4, which
/// magnifies what rounding did to the logits: the goldens' README estimates 1e-2 at step 20.
constexpr TrainingTolerances kSingle{1e-5, 1e-2, 1e-3, 1e-3, 1e-3};

template <class T>
TrainingOutcome train_scratch(Device& device) {
  const Graph graph = cnn({64, 64, 3}, /*dropout=*/0);
  Parameters<T> parameters(graph, device, 1);
  assign_formula(graph, parameters);
  const LabelledBatch<T> batch{formula_input<T>(device, 8, 64, 64, kUnitPreprocessing),
                               alternating_labels<T>(device, 8),
                               {}};
  return train(graph, parameters, batch, 20, [](int) { return 1e-3; });
}

/// Against the table, and against the whole golden where it is here.
void check_scratch(const TrainingOutcome& outcome, const TrainingTolerances& tolerance) {
  compare(outcome, kScratch, tolerance);
  const auto path = shared_data("goldens/training/scratch_cnn.json", 69);
  if (path)
    compare(outcome, training_golden(load_json(*path), "logits_after_inference_mode"), tolerance);
}

TEST_CASE("20 steps of the scratch CNN on the reference") {
  check_scratch(train_scratch<double>(*make_reference_device()), kExact);
}

TEST_CASE("20 steps of the scratch CNN in float32") {
  check_scratch(train_scratch<float>(*make_cpu_device(2)), kSingle);
}

struct HeadCase {
  const char* name;
  const TrainingGolden& golden;
  bool weighted, rate_drops;
};

template <class T>
TrainingOutcome train_head(Device& device, const HeadCase& c) {
  constexpr int kRows = 16, kFeatures = 1024;
  const Graph graph = head_only(kFeatures, /*dropout=*/0);
  Parameters<T> parameters(graph, device, 1);
  assign_formula(graph, parameters);
  std::vector<T> x, labels, weights;
  for (std::size_t i = 0; i < kRows * kFeatures; ++i)
    x.push_back(static_cast<T>(0.5 * formula_table()[(i + 77) % formula_table().size()] + 0.5));
  for (int n = 0; n < kRows; ++n) {
    labels.push_back(n % 4 == 0 ? 0 : 1);
    weights.push_back(static_cast<T>(labels.back() > 0 ? 0.67 : 1.94));
  }
  LabelledBatch<T> batch{Tensor<T>::from_host(device, {kRows, kFeatures}, x),
                         Tensor<T>::from_host(device, {kRows}, labels),
                         {}};
  if (c.weighted) batch.weights = Tensor<T>::from_host(device, {kRows}, weights);
  return train(graph, parameters, batch, 20,
               [&](int k) { return c.rate_drops && k >= 10 ? 1e-4 : 1e-3; });
}

template <class T>
void check_heads(Device& device, const TrainingTolerances& tolerance) {
  const auto path = shared_data("goldens/training/head.json", 3 * 35);
  const nlohmann::json goldens = path ? load_json(*path) : nlohmann::json{};
  for (const HeadCase& c : {HeadCase{"plain", kHeadPlain, false, false},
                            HeadCase{"class_weight", kHeadClassWeight, true, false},
                            HeadCase{"lr_drop_at_step_10", kHeadRateDrop, false, true}}) {
    INFO(c.name);
    const TrainingOutcome outcome = train_head<T>(device, c);
    compare(outcome, c.golden, tolerance);
    if (path)
      compare(outcome, training_golden(goldens.at(c.name), "logits_after_inference_mode"),
              tolerance);
  }
}

TEST_CASE("20 steps of the transfer head on the reference") {
  check_heads<double>(*make_reference_device(), kExact);
}

TEST_CASE("20 steps of the transfer head in float32") {
  check_heads<float>(*make_cpu_device(2), kSingle);
}

TEST_CASE("A loss that is not finite stops the step before the update") {
  const auto device = make_cpu_device(1);
  const Graph graph = head_only(4, 0);
  Parameters<float> parameters(graph, *device, 1);
  Adam<float> optimizer(parameters);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const LabelledBatch<float> batch{
      Tensor<float>::from_host(*device, {2, 4}, std::vector<float>(8, nan)),
      alternating_labels<float>(*device, 2),
      {}};
  const std::vector<float> before = parameters.trainable().to_host();
  CHECK_THROWS_AS((void)train_step(graph, parameters, optimizer, batch, {.training = true}),
                  InputError);
  CHECK(parameters.trainable().to_host() == before);
  CHECK(optimizer.steps_done() == 0);
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test

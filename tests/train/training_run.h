// What the tests of training share: a fixture of Keras' run again.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_tensor.h"
#include "tests/train/training_table.h"
#include "train/step.h"

namespace nanopneumo::test {

/// What was measured in a run, in the form of the goldens.
struct TrainingOutcome {
  std::vector<double> losses, logits_after;
  std::map<std::string, std::vector<double>> first_gradients, weights_after;
};

template <class T>
Tensor<T> alternating_labels(Device& device, int n) {
  std::vector<T> labels;
  for (int i = 0; i < n; ++i) labels.push_back(static_cast<T>(i % 2));
  return Tensor<T>::from_host(device, {n}, labels);
}

/// Trains on the same batch `steps` times. `rate_of_step` gives the learning rate.
template <class T, class Rate>
TrainingOutcome train(const Graph& graph, Parameters<T>& parameters, const LabelledBatch<T>& batch,
                      int steps, const Rate& rate_of_step, Segment segment = {}) {
  TrainingOutcome outcome;
  Adam<T> optimizer(parameters);
  for (int k = 0; k < steps; ++k) {
    optimizer.set_learning_rate(rate_of_step(k));
    const Pass pass{.training = true, .seed = 1, .step = static_cast<std::uint32_t>(k)};
    outcome.losses.push_back(train_step(graph, parameters, optimizer, batch, pass, segment).loss);
    if (k > 0) continue;
    for (const Parameter<T>& parameter : parameters.all())
      if (parameter.trainable)
        outcome.first_gradients[parameter.name] =
            host_doubles(parameter.variable.gradient->value());
  }
  CHECK(optimizer.steps_done() == steps);
  for (const Parameter<T>& parameter : parameters.all())
    outcome.weights_after[parameter.name] = host_doubles(parameter.variable.value);
  Tape<T> off(batch.x.device(), Tape<T>::Recording::off);
  outcome.logits_after =
      host_doubles(forward(graph, parameters, off, {batch.x}, Pass{}, segment).value);
  return outcome;
}

/// A golden of goldens/training. `logits` is the name of the field with the final logits.
inline TrainingGolden training_golden(const nlohmann::json& entry, const char* logits) {
  return {.losses = entry.at("losses"),
          .first_gradients = golden_tensors(entry.at("first_step_gradients")),
          .weights_after = golden_tensors(entry.at("weights_after")),
          .logits_after = entry.at(logits)};
}

/// What a run has to agree to with Keras', each on max|a-b| / max|golden| of one quantity.
struct TrainingTolerances {
  double first_loss, later_losses, gradients, weights, logits;
};
/// The float64 of the goldens.
inline constexpr TrainingTolerances kExact{1e-8, 1e-8, 1e-8, 1e-8, 1e-8};

inline void compare_tensors(const std::map<std::string, std::vector<double>>& found,
                            const std::vector<GoldenTensor>& goldens, double tolerance) {
  for (const GoldenTensor& golden : goldens) {
    const auto tensor = found.find(golden.name);
    REQUIRE_MESSAGE(tensor != found.end(), golden.name);
    const double difference = golden_difference(tensor->second, golden);
    CHECK_MESSAGE(difference <= tolerance, golden.name << " " << difference);
    count_cases();
  }
}

inline void compare(const TrainingOutcome& found, const TrainingGolden& golden,
                    const TrainingTolerances& tolerance) {
  REQUIRE(found.losses.size() == golden.losses.size());
  for (std::size_t k = 0; k < golden.losses.size(); ++k) {
    const double difference = std::abs(found.losses[k] - golden.losses[k]) / golden.losses[k];
    CHECK_MESSAGE(difference <= (k == 0 ? tolerance.first_loss : tolerance.later_losses),
                  "step " << k + 1 << " " << difference);
    count_cases();
  }
  compare_tensors(found.first_gradients, golden.first_gradients, tolerance.gradients);
  compare_tensors(found.weights_after, golden.weights_after, tolerance.weights);
  if (golden.logits_after.empty()) return;  // a run that is cut short
  CHECK(max_relative_difference(found.logits_after, golden.logits_after) <= tolerance.logits);
  count_cases();
}

}  // namespace nanopneumo::test

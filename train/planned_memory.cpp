#include "train/planned_memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "train/frozen_features.h"
#include "train/step_memory.h"

namespace nanopneumo {
namespace {

std::size_t float_bytes(std::int64_t n) { return static_cast<std::size_t>(n) * sizeof(float); }

/// What FrozenFeatures keeps of `images` of them.
std::size_t kept_bytes(const Network& network, std::int64_t images) {
  const int cut = network.trained_segment().first;
  if (cut == 0) return 0;
  const std::int64_t row = network.graph().nodes()[static_cast<std::size_t>(cut)].output.elements();
  const std::size_t bytes = float_bytes(images * row);
  return bytes > static_cast<std::size_t>(FrozenFeatures::kMostBytes) ? 0 : bytes;
}

/// Gradients, Adam's two moments, and where an update takes several batches the sum of their gradients.
std::size_t optimizer_bytes(std::int64_t trained, const Config& config) {
  return (config.accumulate > 1 ? 4 : 3) * float_bytes(trained);
}

/// Of the frozen part's plan, or of both where one set is gray and the other is not.
PlanMemory memory_of_frozen(const Network& network, const TrainingData& data) {
  PlanMemory memory;
  const FrozenPlan<float>* counted = nullptr;
  for (const ImageSet* images : {&data.train, &data.validation}) {
    const FrozenPlan<float>& plan = network.frozen_part(images->is_gray());
    if (&plan == counted) continue;
    plan.prepare();
    memory += plan.memory();
    counted = &plan;
  }
  return memory;
}

std::string mebibytes(std::size_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / (1 << 20));
}

}  // namespace

PlannedMemory plan_memory_of_run(const Config& config, const TrainingData& data,
                                 const Network& network) {
  PlannedMemory memory{
      .frozen = memory_of_frozen(network, data),
      .parameters = 0,
      .optimizer = optimizer_bytes(network.parameters().trainable().size(), config),
      .images = data.train.pixels.size() + data.validation.pixels.size(),
      .features = kept_bytes(network, data.validation.size()),
      .batch = float_bytes(std::int64_t{network.channels_of(data.train.is_gray())} * config.batch *
                           config.image_height * config.image_width),
      .step = plan_step(network, config.batch).bytes()};
  for (const Parameter<float>& parameter : network.parameters().all())
    memory.parameters += float_bytes(parameter.variable.value.size());
  if (!config.augmentation.enabled()) memory.features += kept_bytes(network, data.train.size());
  return memory;
}

std::optional<PlannedMemory> plan_memory_of_fine_tuning(const Config& config,
                                                        const Network& network,
                                                        const PlannedMemory& before) {
  const FineTuning& tuning = config.fine_tuning;
  const int features = network.features_node();
  if (!tuning.wanted() || network.trained_segment().first < features) return std::nullopt;
  Graph graph = network.graph();
  const int first = first_fine_tuned(graph, features, tuning.layers);
  fine_tune(graph, first, features, tuning.batch_norm);
  const ParameterCount count = count_parameters(graph);
  PlannedMemory memory = before;
  memory.optimizer = optimizer_bytes(count.total - count.non_trainable, config);
  memory.step = plan_step(graph, {.first = last_cut_before(graph, first)}, config.batch).bytes();
  return memory;
}

std::size_t PlannedMemory::total() const {
  return frozen.total() + parameters + optimizer + images + features + batch + step;
}

std::string PlannedMemory::words() const {
  std::string text = fmt::format("planned {} MiB: ", mebibytes(total()));
  if (frozen.total() > 0)
    text += fmt::format("frozen part {} (values {}, weights {}, scratch {}), ",
                        mebibytes(frozen.total()), mebibytes(frozen.values),
                        mebibytes(frozen.weights), mebibytes(frozen.scratch));
  text += fmt::format(
      "parameters {}, gradients and optimiser {}, images {}, a batch {}, a training step {}",
      mebibytes(parameters), mebibytes(optimizer), mebibytes(images), mebibytes(batch),
      mebibytes(step));
  if (features > 0) text += fmt::format(", features kept {}", mebibytes(features));
  return text;
}

}  // namespace nanopneumo

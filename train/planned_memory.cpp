#include "train/planned_memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "train/frozen_features.h"
#include "train/process_memory.h"
#include "train/step_memory.h"

namespace nanopneumo {
namespace {

std::size_t float_bytes(std::int64_t n) { return static_cast<std::size_t>(n) * sizeof(float); }

/// Of the rows that FrozenFeatures keeps for a run on `data` where `graph` is frozen up to node `cut`.
std::size_t kept_bytes(const Config& config, const TrainingData& data, const Graph& graph,
                       int cut) {
  const Shape& row = graph.nodes()[static_cast<std::size_t>(cut)].output;
  const auto of = [&](const ImageSet& images) -> std::size_t {
    const std::int64_t bytes = FrozenFeatures::bytes_of_rows(images, row);
    return cut > 0 && bytes <= FrozenFeatures::kMostBytes ? static_cast<std::size_t>(bytes) : 0;
  };
  return of(data.validation) + (config.augmentation.enabled() ? 0 : of(data.train));
}

/// Of the layers after node `cut`.
std::size_t parameter_bytes(const Graph& graph, int cut) {
  std::size_t bytes = 0;
  for (std::size_t n = static_cast<std::size_t>(cut) + 1; n < graph.nodes().size(); ++n)
    for (const ParameterSpec& spec : graph.nodes()[n].parameters)
      bytes += float_bytes(spec.shape.elements());
  return bytes;
}

std::size_t batch_bytes(const Config& config, const TrainingData& data, int channels) {
  return float_bytes(largest_batch(config, data) * config.image_height * config.image_width *
                     channels);
}

std::size_t gradient_bytes(std::int64_t trained, const Config& config) {
  return (config.accumulate > 1 ? 2 : 1) * float_bytes(trained);
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
  const Graph& graph = network.graph();
  const int cut = network.trained_segment().first;
  const std::int64_t trained = network.parameters().trainable().size();
  return {.frozen = memory_of_frozen(network, data),
          .parameters = parameter_bytes(graph, 0),
          .gradients = gradient_bytes(trained, config),
          .moments = 2 * float_bytes(trained),
          .images = data.train.pixels.size() + data.validation.pixels.size(),
          .features = kept_bytes(config, data, graph, cut),
          .batch = batch_bytes(config, data, network.channels_of(data.train.is_gray())),
          .step = plan_step(network, largest_batch(config, data)).bytes(),
          .validation = parameter_bytes(graph, cut)};
}

std::optional<PlannedMemory> plan_memory_of_fine_tuning(const Config& config,
                                                        const TrainingData& data,
                                                        const Network& network,
                                                        const PlannedMemory& before) {
  const FineTuning& tuning = config.fine_tuning;
  const int features = network.features_node();
  if (!tuning.wanted() || network.trained_segment().first < features) return std::nullopt;
  Graph graph = network.graph();
  const int cut = last_cut_before(graph, unfreeze(graph, features, tuning));
  const ParameterCount count = count_parameters(graph);
  PlannedMemory memory = before;
  if (cut == 0) {
    memory.frozen = {};
    memory.batch = batch_bytes(config, data, 3);
  }
  const std::int64_t trained = count.total - count.non_trainable;
  memory.gradients = gradient_bytes(trained, config);
  memory.moments = 2 * float_bytes(trained);
  memory.features = kept_bytes(config, data, graph, cut);
  memory.step = plan_step(graph, {.first = cut}, largest_batch(config, data)).bytes();
  memory.validation = parameter_bytes(graph, cut);
  return memory;
}

std::size_t PlannedMemory::total() const {
  return frozen.total() + parameters + gradients + moments + images + features + batch + step +
         validation;
}

std::int64_t expected_peak_mib(const PlannedMemory& memory, bool trains_convolutions, int threads) {
  // The moments are there, as zeros.
  const std::size_t to_come = memory.frozen.scratch + memory.gradients + memory.features +
                              memory.batch + memory.step + memory.validation;
  // Measured: code that has not run yet, and the sums and packed operands of a convolution's gradients.
  constexpr std::int64_t kFirstUse = 12, kScratchOfThread = 12;
  const std::int64_t scratch = trains_convolutions ? kScratchOfThread * threads : 0;
  return std::max(
      peak_memory_mib(),
      resident_memory_mib() + static_cast<std::int64_t>(to_come >> 20) + kFirstUse + scratch);
}

std::string PlannedMemory::words() const {
  std::string text = fmt::format("planned {} MiB: ", mebibytes(total()));
  if (frozen.total() > 0)
    text += fmt::format("frozen part {} (values {}, weights {}, scratch {}), ",
                        mebibytes(frozen.total()), mebibytes(frozen.values),
                        mebibytes(frozen.weights), mebibytes(frozen.scratch));
  text += fmt::format(
      "parameters {}, gradients and optimiser {}, images {}, a batch {}, a training step {}, "
      "validation {}",
      mebibytes(parameters), mebibytes(gradients + moments), mebibytes(images), mebibytes(batch),
      mebibytes(step), mebibytes(validation));
  if (features > 0) text += fmt::format(", features kept {}", mebibytes(features));
  return text;
}

}  // namespace nanopneumo

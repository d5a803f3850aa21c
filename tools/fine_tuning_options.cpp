#include "tools/fine_tuning_options.h"

#include <fmt/format.h>

namespace nanopneumo {
namespace {

std::int64_t count_trained(const Graph& graph) {
  const ParameterCount count = count_parameters(graph);
  return count.total - count.non_trainable;
}

}  // namespace

void add_fine_tuning_options(ConfigOptions& options) {
  const char* group = "Fine-tuning";
  const auto tuning = [](auto FineTuning::*member) {
    return [=](Config & c) -> auto& { return c.fine_tuning.*member; };
  };
  options
      .add("--fine-tune", tuning(&FineTuning::layers),
           "Train of the backbone too: its last N layers with weights, those from a LAYER on, "
           "or all")
      .value_name("N|LAYER|all")
      .group(group);
  options.add("--fine-tune-learning-rate", tuning(&FineTuning::learning_rate), "Of the backbone")
      .group(group);
  options
      .add("--rate-decay", tuning(&FineTuning::rate_decay),
           "A stage of the backbone learns this many times as fast as the one after it")
      .group(group);
  options.add("--head-epochs", tuning(&FineTuning::head_epochs), "Epochs of the head alone, before")
      .group(group);
  options
      .add_flag("--freeze-batch-norm",
                "Leave batch normalisation's gamma and beta as they are, like its statistics",
                [](Config& c) { c.fine_tuning.batch_norm = FineTunedBatchNorm::nothing; })
      .group(group);
  options
      .add("--drop-connect", tuning(&FineTuning::drop_connect),
           "Rate at which EfficientNet's last block is left out while it is trained, those before "
           "it less; Keras: 0.2")
      .group(group);
}

std::string describe_fine_tuning(const FineTuning& tuning, const Network& network) {
  if (!tuning.wanted()) return "";
  Graph graph = network.graph();
  const int first = unfreeze(graph, network.features_node(), tuning);
  const std::int64_t trained = count_trained(graph) - count_trained(network.graph());
  if (trained == 0)
    throw_input_error(
        "--fine-tune {} with --freeze-batch-norm leaves nothing of {} to train; give more layers",
        tuning.layers, graph.name());
  return fmt::format(
      "fine-tuning {} on{}, {} parameters with learning rate {}{}\n",
      graph.nodes()[static_cast<std::size_t>(first)].name,
      tuning.head_epochs ? fmt::format(", after epoch {}", tuning.head_epochs) : "", trained,
      tuning.learning_rate,
      tuning.drop_connect > 0 ? fmt::format(", drop-connect {}", tuning.drop_connect) : "");
}

}  // namespace nanopneumo

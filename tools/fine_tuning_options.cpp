#include "tools/fine_tuning_options.h"

#include <fmt/format.h>

namespace nanopneumo {
namespace {

std::int64_t count_trained(const Graph& graph) {
  const ParameterCount count = count_parameters(graph);
  return count.total - count.non_trainable;
}

}  // namespace

void add_fine_tuning_options(Command command, FineTuning& tuning) {
  const char* group = "Fine-tuning";
  command
      .option("--fine-tune", tuning.layers,
              "Train of the backbone too: its last N layers with weights, those from a LAYER on, "
              "or all")
      .value_name("N|LAYER|all")
      .group(group);
  command.option("--fine-tune-learning-rate", tuning.learning_rate, "Of the backbone").group(group);
  command
      .option("--rate-decay", tuning.rate_decay,
              "A stage of the backbone learns this many times as fast as the one after it")
      .group(group);
  command.option("--head-epochs", tuning.head_epochs, "Epochs of the head alone, before")
      .group(group);
  command
      .flag(
          "--freeze-batch-norm", [&tuning] { tuning.batch_norm = FineTunedBatchNorm::nothing; },
          "Leave batch normalisation's gamma and beta as they are, like its statistics")
      .group(group);
}

std::string describe_fine_tuning(const FineTuning& tuning, const Network& network) {
  if (!tuning.wanted()) return "";
  Graph graph = network.graph();
  const int first = first_fine_tuned(graph, network.features_node(), tuning.layers);
  fine_tune(graph, first, network.features_node(), tuning.batch_norm);
  const std::int64_t trained = count_trained(graph) - count_trained(network.graph());
  if (trained == 0)
    throw_input_error(
        "--fine-tune {} with --freeze-batch-norm leaves nothing of {} to train; give more layers",
        tuning.layers, graph.name());
  return fmt::format("fine-tuning {} on{}, {} parameters with learning rate {}\n",
                     graph.nodes()[static_cast<std::size_t>(first)].name,
                     tuning.head_epochs ? fmt::format(", after epoch {}", tuning.head_epochs) : "",
                     trained, tuning.learning_rate);
}

}  // namespace nanopneumo

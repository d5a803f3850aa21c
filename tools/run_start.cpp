#include "tools/run_start.h"

#include "tensor/trace.h"
#include "tools/print_note.h"
#include "train/begin_run.h"

namespace nanopneumo {
namespace {

bool has_weight_file(const Config& config) {
  return find_architecture(config.model).is_backbone && config.weights != "none";
}

}  // namespace

std::shared_ptr<PlanFile> open_plan(const RunStart& start) {
  return open_plan(start.config.device_options(), print_note,
                   start.is_resumed() ? start.folder->plan() : std::filesystem::path{});
}

Network make_network(const RunStart& start, Device& device) {
  const Config& config = start.config;
  return Network(find_architecture(config.model), config.image(), config.model_options(), device,
                 config.seed,
                 start.is_resumed() || has_weight_file(config) ? BackboneValues::to_be_loaded
                                                               : BackboneValues::random);
}

std::vector<std::string> load_weights(const RunStart& start, Network& network) {
  if (start.is_resumed() || !has_weight_file(start.config)) return {};
  const TraceSpan span(network.device(), "weights");
  return network.load_backbone(start.config.weights);
}

void try_plan(const RunStart& start, PlanFile* plan, const TrainingData& data,
              const Network& network, const StopCheck& check) {
  if (start.is_resumed()) return;
  if (!plan && start.config.fine_tuning.begins_at_once()) return;
  if (plan) plan->stop_by(check);
  network.frozen_part(data.train.is_gray()).prepare();
  if (plan) plan->stop_by({});  // what is compiled later is not to cost what was trained before
}

const RunFolder& open_folder(RunStart& start, const std::filesystem::path& path,
                             const TrainingData& data, const Network& network, PlanFile* plan) {
  if (!start.is_resumed()) start.folder = begin_run(path, start.config, data, network);
  if (plan) plan->keep_in(start.folder->plan());
  return *start.folder;
}

void take_up(RunStart& start, Trainer& trainer) {
  if (!start.is_resumed()) return;
  trainer.resume(*start.last);
  start.last.reset();  // its memory is of use elsewhere
}

}  // namespace nanopneumo

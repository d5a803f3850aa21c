#include "tools/run_start.h"

#include "tensor/trace.h"
#include "tools/print_note.h"
#include "train/begin_run.h"
#include "train/process_memory.h"

namespace nanopneumo {
namespace {

bool has_weight_file(const Config& config) {
  return find_architecture(config.model).is_backbone && config.weights != "none";
}

/// Before so much memory is asked for that the system ends the process without a word.
void require_memory_for_parameters(const Config& config) {
  const Architecture& architecture = find_architecture(config.model);
  if (architecture.is_backbone || config.device != "cpu")
    return;                            // theirs do not grow with the images
  constexpr std::int64_t kCopies = 4;  // values, gradients and Adam's moments
  const std::int64_t total =
      count_parameters(build_model(architecture, config.image(), config.model_options())).total;
  const std::int64_t needed = kCopies * total * std::int64_t{sizeof(float)} >> 20;
  if (needed > machine_memory_mib())
    throw_input_error(
        "{} has {} parameters at {}x{}, for which training needs {} MiB, and this machine has {}; "
        "give a smaller --image-size",
        architecture.title, total, config.image_height, config.image_width, needed,
        machine_memory_mib());
}

}  // namespace

std::shared_ptr<PlanFile> open_plan(const RunStart& start) {
  return open_plan(start.config.device_options(), print_note,
                   start.is_resumed() ? start.folder->plan() : std::filesystem::path{});
}

Network make_network(const RunStart& start, Device& device) {
  const Config& config = start.config;
  require_memory_for_parameters(config);
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
  if (!start.is_resumed())
    start.folder = begin_run(path, start.config, data, network);
  else
    for (const std::string& note : mend_run(*start.folder, start.config, data, network))
      print_note(note);
  if (plan) plan->keep_in(start.folder->plan());
  return *start.folder;
}

void take_up(RunStart& start, Trainer& trainer) {
  if (!start.is_resumed()) return;
  trainer.resume(*start.last);
  start.last.reset();  // its memory is of use elsewhere
}

}  // namespace nanopneumo

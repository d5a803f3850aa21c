#include "tools/trained_run.h"

#include <fmt/format.h>

#include "io/file_bytes.h"
#include "io/is_there.h"
#include "tools/print_note.h"
#include "train/plan_file.h"
#include "train/restored_network.h"

namespace nanopneumo {

Checkpoint open_checkpoint(const RunFolder& folder, const std::string& which,
                           const Config& config) {
  const std::filesystem::path file = which == "best" ? folder.best() : folder.last();
  if (!is_there(file))
    throw_input_error(
        "{} has no checkpoint ({} is missing): it ended before its first epoch did, or the file "
        "was moved; start a new run",
        folder.path().string(), file.filename().string());
  Checkpoint checkpoint(file);
  const CheckpointHeader& header = checkpoint.header();
  if (header.model != config.model || header.image_height != config.image_height ||
      header.image_width != config.image_width || header.alpha != config.alpha)
    throw_input_error(
        "{} is of {} at {}x{} with alpha {}, config.toml beside it says {} at {}x{} with alpha {}; "
        "one of them is from another run: put the right one there",
        file.string(), header.model, header.image_height, header.image_width, header.alpha,
        config.model, config.image_height, config.image_width, config.alpha);
  return checkpoint;
}

namespace {

DeviceOptions options_to_answer_with(const DeviceOptions& asked, const Config& config,
                                     const std::string& folder) {
  DeviceOptions options = asked;
  if (options.device == "cpu") options.plan = config.plan;
  if (!options.precision.empty()) return options;
  options.precision = options.device == config.device ? config.precision : "float32";
  if (!options.is_precision_here())
    throw_input_error(
        "{} was trained with its frozen layers in bfloat16, which this CPU does not multiply "
        "(AVX512-BF16 or AMX); --precision float32 answers, with other digits",
        shown(folder));
  return options;
}

TrainedRun load_on(const RunFolder& folder, const std::string& which, Config config,
                   const DeviceOptions& options) {
  TrainedRun run{.config = std::move(config), .header = {}, .device = nullptr, .network = nullptr};
  run.device = make_device(options, open_plan(options, print_note, folder.plan()));
  const Checkpoint checkpoint = open_checkpoint(folder, which, run.config);
  run.header = checkpoint.header();
  run.network = restored_network(checkpoint, run.config, *run.device);
  if (run.header.phantoms)
    fmt::print(
        "# This run was trained on phantoms, synthetic pictures: it knows nothing of X-rays.\n");
  return run;
}

}  // namespace

TrainedRun load_run(const std::string& folder_path, const std::string& which,
                    const DeviceOptions& device) {
  const RunFolder folder = RunFolder::open(folder_path);
  Config config = read_config(folder.config());
  const DeviceOptions options = options_to_answer_with(device, config, folder_path);
  const std::string trained_in = config.precision;
  TrainedRun run = load_on(folder, which, std::move(config), options);
  if (options.precision != trained_in)
    fmt::print("# This run was trained in {} and answers in {} here, with other digits.\n",
               trained_in, options.precision);
  return run;
}

TrainedRun load_parameters(const std::string& folder_path, const std::string& which) {
  const RunFolder folder = RunFolder::open(folder_path);
  return load_on(folder, which, read_config(folder.config()), {});
}

void add_run_options(Command command, std::string& which, DeviceOptions& device) {
  command.option("--checkpoint", which, "The epoch to use: best or last").one_of({"best", "last"});
  add_run_device_options(command, device);
}

}  // namespace nanopneumo

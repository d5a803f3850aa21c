#include "tools/trained_run.h"

#include <fmt/format.h>

#include "train/plan_file.h"

namespace nanopneumo {

Checkpoint open_checkpoint(const RunFolder& folder, const std::string& which,
                           const Config& config) {
  const std::filesystem::path file = which == "best" ? folder.best() : folder.last();
  std::error_code error;
  if (!std::filesystem::exists(file, error))
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

TrainedRun load_run(const std::string& folder_path, const std::string& which,
                    const DeviceOptions& device) {
  const RunFolder folder = RunFolder::open(folder_path);
  TrainedRun run{
      .config = read_config(folder.config()), .header = {}, .device = nullptr, .network = nullptr};
  DeviceOptions options = device;
  if (options.device == "cpu") options.plan = run.config.plan;
  run.device = make_device(options, open_plan(options, folder.plan()));
  const Checkpoint checkpoint = open_checkpoint(folder, which, run.config);
  run.header = checkpoint.header();
  run.network = std::make_unique<Network>(find_architecture(run.config.model), run.config.image(),
                                          run.config.model_options(), *run.device, run.config.seed,
                                          BackboneValues::to_be_loaded);
  checkpoint.restore(*run.network);
  if (run.header.phantoms)
    fmt::print(
        "# This run was trained on phantoms, synthetic pictures: it knows nothing of X-rays.\n");
  return run;
}

void add_run_options(Command command, std::string& which, DeviceOptions& device) {
  command.option("--checkpoint", which, "The epoch to use: best or last").one_of({"best", "last"});
  add_device_options(command, device);
}

}  // namespace nanopneumo

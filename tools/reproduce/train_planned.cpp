#include "tools/reproduce/train_planned.h"

#include "io/folder_lock.h"
#include "io/is_there.h"
#include "tools/load_data.h"
#include "tools/run_start.h"
#include "tools/test_once.h"
#include "tools/trained_run.h"
#include "train/process_memory.h"
#include "train/test_result.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

/// Whether both configurations are of the same images.
bool same_images(const Config& a, const Config& b) {
  const auto images_of = [](Config c) {
    Config only = {};
    only.data = c.data;
    only.phantoms = c.phantoms;
    only.validation_split = c.validation_split;
    only.protocol = c.protocol;
    only.protocol.split.clear();
    only.interpolation = c.interpolation;
    only.image_height = c.image_height;
    only.image_width = c.image_width;
    if (c.data.empty()) only.seed = c.seed;  // phantoms are drawn by it
    return to_toml(only);
  };
  return images_of(a) == images_of(b);
}

bool has_checkpoint(const fs::path& folder) { return is_there(RunFolder::open(folder).last()); }

bool is_begun(const fs::path& folder) {
  return is_there(folder / "config.toml") && has_checkpoint(folder);
}

/// Removes a folder that no other process is at work in.
void remove_folder(const fs::path& path) {
  if (!is_there(path)) return;
  const FolderLock lock(path);
  fs::remove_all(path);
}

/// What came to no checkpoint is removed.
RunStart start_of(const PlannedRun& run, const fs::path& path) {
  if (!is_begun(path)) {
    remove_folder(path);
    return {.config = run.config};
  }
  const RunFolder folder = RunFolder::open_to_train(path);
  Config config = read_config(folder.config());
  Checkpoint last = open_checkpoint(folder, "last", config);
  return {.config = std::move(config), .folder = folder, .last = std::move(last)};
}

}  // namespace

const TrainingData& SharedData::of(const Config& config, const StopCheck& check) {
  if (!data_ || !same_images(config, config_)) {
    data_.reset();  // not both at once
    data_ = load_data(config, check);
    config_ = config;
  }
  return *data_;
}

bool is_complete(const PlannedRun& run, const fs::path& folder) {
  if (!is_begun(folder)) return false;
  const RunFolder files = RunFolder::open(folder);
  const Config config = read_config(files.config());
  const TrainingState state = open_checkpoint(files, "last", config).training_state();
  return (state.epoch >= run.config.epochs || state.is_finished) && !owes_test(config, files);
}

void train_planned(const PlannedRun& run, const fs::path& path, SharedData& shared,
                   TrainingObserver& observer, const SignalWatch& signals) {
  RunStart start = start_of(run, path);
  const Config& config = start.config;
  const TrainingData& data = shared.of(config, signals.check());
  reset_peak_memory();
  const auto plan = open_plan(start);
  const std::unique_ptr<Device> device = make_device(config.device_options(), plan);
  Network network = make_network(start, *device);
  load_weights(start, network);
  try_plan(start, plan.get(), data, network, signals.check());
  const RunFolder& folder = open_folder(start, path, data, network, plan.get());
  Trainer trainer(config, data, network, folder);
  take_up(start, trainer);
  if (!trainer.run(observer, [&] { return signals.received() != 0; }))
    throw StoppedBySignal{signals.received()};
  test_once(config, data, folder, *device, signals.check());
}

}  // namespace nanopneumo

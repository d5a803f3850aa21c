// A finished run, ready to be asked.
#pragma once

#include <memory>
#include <string>

#include "tools/options.h"
#include "train/checkpoint.h"
#include "train/config.h"
#include "train/run_folder.h"

namespace nanopneumo {

/// The network of a run with the parameters of its best (or last) epoch.
struct TrainedRun {
  Config config;
  CheckpointHeader header;
  std::unique_ptr<Device> device;
  std::unique_ptr<Network> network;
};

/// `which`: "best" or "last". Without a precision in `device` the run answers in its own on the device that it was
/// trained on, elsewhere in float32. Throws InputError where the folder holds no such checkpoint, it does not fit its
/// configuration, or this machine cannot compute like that. Says so on standard output where the run was trained on
/// phantoms, or answers in another precision than it was trained in.
TrainedRun load_run(const std::string& folder, const std::string& which,
                    const DeviceOptions& device);

/// The same for one whose parameters are wanted and no answers.
TrainedRun load_parameters(const std::string& folder, const std::string& which);

/// The "best" or "last" checkpoint of a run that was configured by `config`. Throws InputError
/// where there is none, or one of another model.
Checkpoint open_checkpoint(const RunFolder& folder, const std::string& which, const Config& config);

/// --checkpoint and the device options.
void add_run_options(Command command, std::string& which, DeviceOptions& device);

}  // namespace nanopneumo

// One training of `reproduce`, from wherever its folder stands.
#pragma once

#include <optional>

#include "tools/reproduce/plan.h"
#include "tools/signals.h"
#include "train/trainer.h"

namespace nanopneumo {

/// The images of the runs: those of the last call are kept, since most runs want the same.
class SharedData {
 public:
  /// Reads them where they are not those of the call before. Throws as load_data.
  const TrainingData& of(const Config& config, const StopCheck& check);

 private:
  Config config_;
  std::optional<TrainingData> data_;
};

/// Whether all that belongs to the run is in its folder: each epoch, and an honest run's test.
bool is_complete(const PlannedRun& run, const std::filesystem::path& folder);

/// Trains `run` in `folder`: from its last checkpoint; from the start, with what lies there removed, where
/// it did not come to one. Throws StoppedBySignal where a signal came, with the state saved; InputError for
/// data that are no longer those of the run, and as Trainer::run.
void train_planned(const PlannedRun& run, const std::filesystem::path& folder, SharedData& shared,
                   TrainingObserver& observer, const SignalWatch& signals);

}  // namespace nanopneumo

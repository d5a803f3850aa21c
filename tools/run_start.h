// Where a training begins: at nothing, or at the last checkpoint of its run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/signals.h"
#include "train/checkpoint.h"
#include "train/config.h"
#include "train/plan_file.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace nanopneumo {

/// What `train` and `reproduce` begin a run with, or go on with one.
struct RunStart {
  Config config;
  std::optional<RunFolder> folder{};  ///< nothing yet of a new run
  std::optional<Checkpoint> last{};   ///< of a resumed run

  bool is_resumed() const { return last.has_value(); }
};

/// Where the options of a run want one: the plan that it kept, or a new one. Else null. Throws as open_plan(options).
std::shared_ptr<PlanFile> open_plan(const RunStart& start);

/// The network of the run. What is to come from a file, weights or checkpoint, is not in it yet.
Network make_network(const RunStart& start, Device& device);

/// Fills the backbone of a new run from its weight file, if it has one; returns the layers that were left out. A resumed
/// run gets its values from its checkpoint. Throws as Network::load_backbone.
std::vector<std::string> load_weights(const RunStart& start, Network& network);

/// Compiles the frozen part of a new run, so that what a given `plan` (null by default) cannot do is found before there
/// is a folder. By default it can do everything, and what fine-tuning is going to train need not be compiled. A
/// resumed run has been through this, and its values are not there yet. A search among algorithms asks `check`. Throws
/// as PlanFile, and what `check` throws.
void try_plan(const RunStart& start, PlanFile* plan, const TrainingData& data,
              const Network& network, const StopCheck& check);

/// The run's folder, made where the run is new (at `path`, or where that is empty at runs/MODEL-N), in which `plan` is
/// kept from now on. Throws as begin_run.
const RunFolder& open_folder(RunStart& start, const std::filesystem::path& path,
                             const TrainingData& data, const Network& network, PlanFile* plan);

/// Has a resumed run's trainer go on from its checkpoint. Throws as Trainer::resume.
void take_up(RunStart& start, Trainer& trainer);

}  // namespace nanopneumo

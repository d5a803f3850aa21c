// The first files of a run.
#pragma once

#include "train/data.h"
#include "train/network.h"
#include "train/plan_file.h"
#include "train/run_folder.h"

namespace nanopneumo {

/// Compiles the frozen part, so that what a given `plan` (null by default) cannot do is found before there is a run. By
/// default it can do everything, and what fine-tuning is going to train need not be compiled. Throws as PlanFile.
void try_plan(const Config& config, const PlanFile* plan, const TrainingData& data,
              const Network& network);

/// Makes the folder of a new run, with its settings, its split and its facts. config.protocol gets the
/// split of `data`. `network` as it is before training. Throws InputError where the folder holds
/// something or cannot be written.
RunFolder begin_run(const std::filesystem::path& path, Config& config, const TrainingData& data,
                    const Network& network);

}  // namespace nanopneumo

// The first files of a run.
#pragma once

#include "train/data.h"
#include "train/network.h"
#include "train/run_folder.h"

namespace nanopneumo {

/// Makes the folder of a new run, at `path` or where that is empty at runs/MODEL-N, with its settings, its split and
/// its facts. config.protocol gets the split of `data`, and config.threads the number that 0 stands for here: the last
/// digits depend on it, wherever the run goes on. `network` as it is before training. Throws InputError where the
/// folder holds something or cannot be written.
RunFolder begin_run(const std::filesystem::path& path, Config& config, const TrainingData& data,
                    const Network& network);

/// Writes those of these files anew that a run which goes on has lost, or that are damaged; gives a sentence about each.
std::vector<std::string> mend_run(const RunFolder& folder, const Config& config,
                                  const TrainingData& data, const Network& network);

}  // namespace nanopneumo

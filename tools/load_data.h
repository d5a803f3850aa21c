// The images of a run, with a bar while they are read.
#pragma once

#include "tools/signals.h"
#include "train/data.h"

namespace nanopneumo {

/// Throws InputError where the folder `out` of a new run holds something, or lies in the folder `data`.
void check_out(const std::filesystem::path& out, const std::string& data);

/// load_training_data, and prints what there is. Throws InputError as it does, and what `check` throws.
TrainingData load_data(const Config& config, const StopCheck& check);

}  // namespace nanopneumo

// The images of a run, with a bar while they are read.
#pragma once

#include "train/data.h"

namespace nanopneumo {

/// load_training_data, and prints what there is. Throws InputError as it does.
TrainingData load_data(const Config& config);

}  // namespace nanopneumo

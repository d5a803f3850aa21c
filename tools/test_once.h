// The end of an honest run.
#pragma once

#include "tensor/device.h"
#include "tools/signals.h"
#include "train/data.h"
#include "train/run_folder.h"

namespace nanopneumo {

/// Scores the test part of `data` with the run's best epoch on `device`, prints what comes out and
/// writes test.json. Nothing where owes_test (train/test_result.h) says that there is nothing to do. Where `check`
/// throws, nothing is written and the run still owes its test.
void test_once(const Config& config, const TrainingData& data, const RunFolder& folder,
               Device& device, const StopCheck& check);

}  // namespace nanopneumo

// What a run was made of that its options do not tell.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "train/data.h"
#include "train/network.h"
#include "train/run_folder.h"

namespace nanopneumo {

/// The content of run.json. Counts are per class (negative, positive).
struct RunFacts {
  std::string version;  ///< of nanopneumo
  std::vector<std::string> classes;
  bool phantoms = false;
  std::string training_source, validation_source;  ///< in words
  std::array<std::int64_t, 2> training{}, validation{};
  std::vector<std::string> notes;
  std::string data_fingerprint;
  std::string weights_checksum;  ///< XXH64 of the backbone's file; empty where there is none
  std::int64_t parameters = 0, trained_parameters = 0;  ///< before fine-tuning begins
};

/// Writes run.json, the same bytes for the same run, and augmentation.png (augmentation_sheet.h)
/// where the run augments its images. `network` as it is before fine-tuning. Throws InputError where
/// a file cannot be written.
void write_run_facts(const RunFolder& folder, const Config& config, const TrainingData& data,
                     const Network& network);

/// run.json; nothing where there is none, as in runs of earlier versions. Throws InputError where
/// it holds something else.
std::optional<RunFacts> read_run_facts(const RunFolder& folder);

}  // namespace nanopneumo

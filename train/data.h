// The images of a run.
#pragma once

#include <string>
#include <vector>

#include "io/image_set.h"
#include "train/config.h"
#include "train/split.h"

namespace nanopneumo {

/// Training and validation images, decoded and resized, in memory.
struct TrainingData {
  std::vector<std::string> classes;  ///< two; the second is the positive one
  ImageSet train, validation;
  std::string train_source, validation_source;  ///< where they come from, in words
  std::vector<std::string> notes;               ///< what the user should know about the data
  Split split{};                                ///< of the files; empty for phantoms
  bool phantoms = false;                        ///< synthetic images, not X-rays
  std::string checksum{};  ///< fingerprint() of this, of which there are hundreds of MB
};

/// Reads config.data, split as config.protocol wants it, or draws phantoms where it is empty. The test
/// part is not read. Throws InputError for unfit data, and where an honest split is not the
/// one that config.protocol.split names. `progress` counts the images of both parts, and is told 0 of 0 while the files
/// are looked at before.
TrainingData load_training_data(const Config& config, int loader_threads,
                                const LoadProgress& progress = {});

/// A checksum of the pixels and labels of both parts, in their order; file names do not count. It begins with
/// "xxh64-".
std::string fingerprint(const TrainingData& data);
/// The same as earlier versions computed it, by FNV-1a: 16 digits. For their checkpoints.
std::string earlier_fingerprint(const TrainingData& data);

/// How many of the labels are 1.
std::int64_t count_positives(const ImageSet& images);

}  // namespace nanopneumo

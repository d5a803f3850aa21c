// Which pictures may show the same patient and so must stay together.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/content_hash.h"
#include "io/dataset_files.h"

namespace nanopneumo {

struct PatientGroups {
  std::vector<std::string>
      names;  ///< below the data set's folder: "train/NORMAL/IM-0115-0001.jpeg"
  std::vector<std::string> group;  ///< of each picture, in the order of the files given
  std::int64_t unknown_names = 0;  ///< pictures whose names tell no patient
  std::int64_t same_content = 0;   ///< pictures that are byte for byte another one's equal

  std::int64_t count() const;  ///< of different groups
};

/// Groups `files`, which lie below `folder`. Two pictures are in one group where patient_keys
/// (io/patient_key.h) gives them the same number, the cautious key, whatever their classes, or where
/// their bytes are the same, and also where such pairs link them through others. A picture without a
/// key is a group of its own unless its bytes are another's. A group is named by the smallest of its
/// members' keys (a picture without one stands under its name), so the order of the files does not
/// count. `contents` are the files' hashes (io/content_hash.h).
PatientGroups group_by_patient(std::span<const LabelledFile> files,
                               const std::filesystem::path& folder,
                               std::span<const ContentHash> contents);

}  // namespace nanopneumo

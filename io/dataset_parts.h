// The parts of a data set: train/, val/ and test/, or the class folders alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/class_folders.h"
#include "io/dataset_files.h"

namespace nanopneumo {

struct DatasetPart {
  std::string name;  ///< "train", "val" or "test"; "" for class folders right below the data set
  std::vector<LabelledFile> files;  ///< as DatasetFiles::train is ordered

  std::string source() const { return name.empty() ? "the class folders" : name + "/"; }
};

struct DatasetParts {
  std::vector<std::string> classes;  ///< two names in byte order; the second is the positive one
  std::vector<DatasetPart> parts;    ///< those that are there, in the order train, val, test
  std::vector<std::string> notes;    ///< sentences for the user

  /// The part of this name; null where there is none.
  const DatasetPart* find(const std::string& name) const;
};

/// All pictures below `folder`, which is laid out as for find_dataset (io/dataset_files.h); neither
/// test/ nor val/ is needed. Throws InputError as find_dataset does.
DatasetParts find_dataset_parts(const std::filesystem::path& folder);

// What finding files shares, whatever they are wanted for.

bool has_part(const std::filesystem::path& folder, const std::string& part);

/// Throws InputError for folders such as "Train" or "validation", which would be taken for a class or
/// passed over.
void check_part_names(const std::filesystem::path& folder);

/// Throws InputError unless `folder` may be taken for a folder of two class folders: one with parts in
/// it, or right below it, is refused with a remedy.
void check_no_parts(const std::filesystem::path& folder);

/// ", or give .../chest_xray" where a folder below `folder` is the data set; else "".
std::string nested_hint(const std::filesystem::path& folder);

/// Throws InputError unless the classes `found` in `part` are those `expected`.
void check_same_classes(const std::filesystem::path& folder, const std::string& part,
                        const std::vector<std::string>& found,
                        const std::vector<std::string>& expected);

std::vector<LabelledFile> labelled(const ClassFolders& folders);

/// Adds a sentence on the files of `source` that are no pictures, if there are any.
void note_other_files(const ClassFolders& folders, const std::string& source,
                      std::vector<std::string>& notes);

}  // namespace nanopneumo

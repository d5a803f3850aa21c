// Which file of a data set is in which part of a run.
#pragma once

#include <string>
#include <vector>

#include "io/dataset_files.h"
#include "io/parallel.h"
#include "train/protocol.h"

namespace nanopneumo {

struct Split {
  std::vector<std::string> classes;  ///< two; the second is the positive one
  std::vector<LabelledFile> train, validation;
  std::vector<LabelledFile> test;  ///< for the end of a run; empty where the protocol keeps none
  std::string train_source, validation_source, test_source;  ///< where they come from, in words
  std::vector<std::string> notes;
  /// The content of split.csv: "file,class,part,group", a row for each file of the three parts, sorted;
  /// files are named from the data set's folder on. The group is the patient's (patient_groups.h).
  std::string csv;

  /// A checksum of `csv`; "" where that is empty.
  std::string hash() const;
};

/// Parts of the data below `folder` as `protocol` wants them:
///  - paper: as find_dataset (io/dataset_files.h) finds them, without a test part.
///  - honest: the pictures of train/ (or of the class folders, where there is no train/) are split by
///    patient and class (group_by_patient, stratified_folds) into training and validation, of which
///    `validation_split` is wanted for the latter; test/ is the test part, val/ stays aside.
///  - honest with folds: fold number `fold` of train/ is validated on; there is no test part, for each
///    fold would look at it.
/// Reads all training files for their content's hash where the protocol is honest. Throws InputError for
/// data that cannot be split so.
Split split_dataset(const std::filesystem::path& folder, const Protocol& protocol,
                    std::optional<double> validation_split, int threads,
                    const LoadProgress& progress = {});

}  // namespace nanopneumo

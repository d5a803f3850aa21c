#include "train/split.h"

#include <algorithm>

#include "io/csv.h"
#include "io/dataset_parts.h"
#include "io/file_bytes.h"
#include "io/patient_key.h"
#include "io/safetensors_checksum.h"
#include "tensor/errors.h"
#include "train/patient_groups.h"
#include "train/stratified_groups.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

/// The rows of split.csv.
class SplitTable {
 public:
  explicit SplitTable(const std::vector<std::string>& classes) : classes_(classes) {}

  void add(const std::string& file, int label, const char* part, const std::string& group) {
    rows_.push_back(csv_field(file) + ',' + csv_field(classes_[static_cast<std::size_t>(label)]) +
                    ',' + part + ',' + csv_field(group) + '\n');
  }
  /// A part that was not split: the groups are named without a look at the files' content.
  void add(const std::vector<LabelledFile>& files, const fs::path& folder, const char* part) {
    for (const LabelledFile& file : files) {
      const std::string name = file.path.lexically_relative(folder).generic_string();
      const std::string number = patient_keys(file.path).number;
      add(name, file.label, part, number.empty() ? name : number);
    }
  }
  std::string text() {
    std::ranges::sort(rows_);
    std::string text = "file,class,part,group\n";
    for (const std::string& row : rows_) text += row;
    return text;
  }

 private:
  const std::vector<std::string>& classes_;
  std::vector<std::string> rows_;
};

Split split_as_in_paper(const fs::path& folder, std::optional<double> validation_split) {
  DatasetFiles files = find_dataset(folder, validation_split);
  Split split{.classes = std::move(files.classes),
              .train = std::move(files.train),
              .validation = std::move(files.validation),
              .test = {},
              .train_source = std::move(files.train_source),
              .validation_source = std::move(files.validation_source),
              .test_source = {},
              .notes = std::move(files.notes),
              .csv = {}};
  SplitTable table(split.classes);
  table.add(split.train, folder, "train");
  table.add(split.validation, folder, "validation");
  split.csv = table.text();
  return split;
}

/// The fold of each training picture; fold number `validated` is for validation.
struct Deal {
  std::vector<double> shares;
  int validated;
  std::string words;  ///< "20 % of the patients"
};

Deal deal_of(const Protocol& protocol, std::optional<double> validation_split) {
  if (protocol.folds)
    return {std::vector<double>(static_cast<std::size_t>(protocol.folds), 1.0 / protocol.folds),
            protocol.fold - 1, fmt::format("fold {} of {} of", protocol.fold, protocol.folds)};
  const double fraction = validation_split.value_or(kHonestValidationSplit);
  return {{fraction, 1 - fraction}, 0, fmt::format("{:g} % of", 100 * fraction)};
}

std::string grouping_note(const PatientGroups& groups) {
  std::string note = fmt::format(
      "Training and validation share no patient number: {} pictures in {} groups. What the numbers "
      "mean is not documented, so the cautious reading is taken",
      groups.group.size(), groups.count());
  if (groups.same_content)
    note +=
        fmt::format("; {} pictures of the same bytes as another stay with it", groups.same_content);
  if (groups.unknown_names)
    note +=
        fmt::format("; {} names tell no patient and are taken for one each", groups.unknown_names);
  return note + '.';
}

/// Puts the pictures of `part` into training and validation.
void deal(const DatasetPart& part, const fs::path& folder, const Protocol& protocol,
          const Deal& plan, const PatientGroups& groups, Split& split, SplitTable& table) {
  std::vector<int> labels;
  for (const LabelledFile& file : part.files) labels.push_back(file.label);
  std::vector<int> folds;
  try {
    folds = stratified_folds(groups.group, labels, plan.shares, protocol.split_seed, split.classes);
  } catch (const InputError& error) {
    throw_input_error("{}: {}", shown(folder / part.name), error.what());
  }
  for (std::size_t i = 0; i < part.files.size(); ++i) {
    const bool validated = folds[i] == plan.validated;
    (validated ? split.validation : split.train).push_back(part.files[i]);
    table.add(groups.names[i], labels[i], validated ? "validation" : "train", groups.group[i]);
  }
}

Split split_honestly(const fs::path& folder, const Protocol& protocol,
                     std::optional<double> validation_split, int threads,
                     const LoadProgress& progress) {
  DatasetParts found = find_dataset_parts(folder);
  const DatasetPart& training = found.parts.front();
  const PatientGroups groups =
      group_by_patient(training.files, folder, content_hashes(training.files, threads, progress));
  const Deal plan = deal_of(protocol, validation_split);
  Split split;
  split.classes = found.classes;
  split.notes = found.notes;
  SplitTable table(split.classes);
  deal(training, folder, protocol, plan, groups, split, table);
  split.train_source = "the other patients of " + training.source();
  split.validation_source = fmt::format("{} {}, by patient", plan.words, training.source());
  split.notes.push_back(grouping_note(groups));
  if (const DatasetPart* val = found.find("val"))
    split.notes.push_back(fmt::format(
        "val/ ({} pictures) is not used: validation is on patients of train/.", val->files.size()));
  if (const DatasetPart* test = found.find("test")) {
    if (protocol.folds) {
      split.notes.push_back(
          fmt::format("test/ ({} pictures) is not used: a cross-validation is of train/ alone.",
                      test->files.size()));
    } else {
      split.test = test->files;
      split.test_source = test->source();
      table.add(split.test, folder, "test");
    }
  }
  split.csv = table.text();
  return split;
}

}  // namespace

std::string Split::hash() const {
  if (csv.empty()) return "";
  Checksum checksum;
  checksum.add(csv);
  return checksum.hex();
}

Split split_dataset(const fs::path& folder, const Protocol& protocol,
                    std::optional<double> validation_split, int threads,
                    const LoadProgress& progress) {
  if (!protocol.is_honest()) return split_as_in_paper(folder, validation_split);
  if (validation_split && !(*validation_split > 0 && *validation_split < 1))
    throw_input_error("--val-split {} is no fraction between 0 and 1: give one such as 0.2",
                      *validation_split);
  return split_honestly(folder, protocol, validation_split, threads, progress);
}

}  // namespace nanopneumo

#include "io/dataset_files.h"

#include <algorithm>

#include "io/class_folders.h"
#include "io/dataset_parts.h"
#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

/// Says how many pictures of `folder`/`part` stay aside; a part of another form is no error then.
void note_unused(const fs::path& folder, const std::string& part, const std::string& why,
                 std::vector<std::string>& notes) {
  if (!has_part(folder, part)) return;
  std::string size = "not two class folders";
  try {
    size = fmt::format("{} pictures", read_class_folders(folder / part).pictures());
  } catch (const InputError&) {
    // It is not used, so its form does not matter.
  }
  notes.push_back(fmt::format("{}/ ({}) is not used: {}.", part, size, why));
}

/// Moves the first int(fraction * n) files of each class from training to validation.
void split_per_class(const ClassFolders& folders, double fraction, DatasetFiles& files) {
  for (std::size_t label = 0; label < folders.classes.size(); ++label) {
    const std::vector<fs::path>& pictures = folders.classes[label].pictures;
    const auto taken = static_cast<std::size_t>(fraction * static_cast<double>(pictures.size()));
    if (taken == 0 || taken == pictures.size())
      throw_input_error(
          "--val-split {} of the {} pictures in {} leaves one side without a "
          "picture: choose another fraction or add pictures",
          fraction, pictures.size(), shown(pictures[0].parent_path()));
    for (std::size_t i = 0; i < pictures.size(); ++i)
      (i < taken ? files.validation : files.train)
          .push_back({pictures[i], static_cast<int>(label)});
  }
  files.notes.push_back(
      "The split is by file, not by patient, so pictures of one patient may be on both sides and "
      "the validation figures too good.");
}

[[noreturn]] void refuse_without_validation(const fs::path& folder) {
  throw_input_error(
      "{} has no test/ or val/ folder beside its training pictures, so nothing to "
      "validate on: give --val-split 0.2{}",
      shown(folder), nested_hint(folder));
}

DatasetFiles find_in_parts(const fs::path& folder, std::optional<double> validation_split) {
  DatasetFiles files;
  const ClassFolders train = read_class_folders(folder / "train");
  files.classes = train.names();
  files.train_source = "train/";
  note_other_files(train, "train/", files.notes);
  if (validation_split) {
    split_per_class(train, *validation_split, files);
    files.validation_source =
        fmt::format("first {:g} % of each class of train/", *validation_split * 100);
    note_unused(folder, "test", "validation pictures are split off train/", files.notes);
    note_unused(folder, "val", "validation pictures are split off train/", files.notes);
    return files;
  }
  const std::string part = has_part(folder, "test") ? "test" : "val";
  if (!has_part(folder, part)) refuse_without_validation(folder);
  const ClassFolders validation = read_class_folders(folder / part);
  check_same_classes(folder, part, validation.names(), files.classes);
  files.train = labelled(train);
  files.validation = labelled(validation);
  files.validation_source = part + "/";
  note_other_files(validation, part + "/", files.notes);
  if (part == "test")
    note_unused(folder, "val", "validation is on test/, as in the paper", files.notes);
  return files;
}

DatasetFiles find_in_class_folders(const fs::path& folder, std::optional<double> validation_split) {
  check_no_parts(folder);
  DatasetFiles files;
  const ClassFolders all = read_class_folders(folder);
  if (!validation_split) refuse_without_validation(folder);
  files.classes = all.names();
  files.train_source = "the class folders";
  files.validation_source =
      fmt::format("first {:g} % of each class folder", *validation_split * 100);
  note_other_files(all, "the class folders", files.notes);
  split_per_class(all, *validation_split, files);
  return files;
}

/// The part that find_evaluation_files takes; "" for the class folders right below `folder`.
std::string evaluation_part(const fs::path& folder, const std::string& split) {
  if (!split.empty() && split != "train" && split != "test" && split != "val")
    throw_input_error("'{}' is no part of a data set: choose train, test or val", shown(split));
  if (!split.empty()) {
    if (!has_part(folder, split))
      throw_input_error("{} has no {}/ folder: choose another part", shown(folder), split);
    return split;
  }
  for (const std::string part : {"test", "val"})
    if (has_part(folder, part)) return part;
  if (has_part(folder, "train"))
    throw_input_error(
        "{} has a train/ but no test/ or val/ folder: choose the part 'train' if you "
        "mean to evaluate on training pictures",
        shown(folder));
  return "";
}

}  // namespace

DatasetFiles find_dataset(const fs::path& folder, std::optional<double> validation_split) {
  if (validation_split && !(*validation_split > 0 && *validation_split < 1))
    throw_input_error("--val-split {} is no fraction between 0 and 1: give one such as 0.2",
                      *validation_split);
  check_part_names(folder);
  return has_part(folder, "train") ? find_in_parts(folder, validation_split)
                                   : find_in_class_folders(folder, validation_split);
}

std::vector<LabelledFile> find_evaluation_files(const fs::path& folder,
                                                const std::vector<std::string>& classes,
                                                const std::string& split, std::string* source) {
  check_part_names(folder);
  const std::string part = evaluation_part(folder, split);
  const ClassFolders found = read_class_folders(part.empty() ? folder : folder / part);
  std::vector<std::string> sorted = classes;
  std::ranges::sort(sorted);
  check_same_classes(folder, part, found.names(), sorted);
  std::vector<LabelledFile> files = labelled(found);
  // The model's own order of the classes decides, whatever their alphabet.
  if (sorted != classes)
    for (LabelledFile& file : files) file.label = 1 - file.label;
  if (source) *source = part.empty() ? "the class folders" : part + "/";
  return files;
}

}  // namespace nanopneumo

#include "io/dataset_parts.h"

#include <algorithm>

#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {

namespace fs = std::filesystem;

bool has_part(const fs::path& folder, const std::string& part) {
  const std::vector<fs::path> folders = subfolders(folder);
  return std::ranges::find(folders, folder / part) != folders.end();
}

void check_part_names(const fs::path& folder) {
  for (const fs::path& below : subfolders(folder)) {
    std::string name = below.filename().string();
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    const bool exact = name == "train" || name == "test" || name == "val";
    const bool alike =
        name == "training" || name == "testing" || name == "valid" || name == "validation";
    if (alike || (exact && name != below.filename()))
      throw_input_error(
          "{} is not named as the parts of a data set are: rename it to train, test or val",
          shown(below));
  }
}

std::vector<LabelledFile> labelled(const ClassFolders& folders) {
  std::vector<LabelledFile> files;
  for (std::size_t label = 0; label < folders.classes.size(); ++label)
    for (const fs::path& picture : folders.classes[label].pictures)
      files.push_back({picture, static_cast<int>(label)});
  return files;
}

void note_other_files(const ClassFolders& folders, const std::string& source,
                      std::vector<std::string>& notes) {
  if (folders.other_files == 0) return;
  constexpr std::size_t kShown = 5;
  std::string kinds;
  std::size_t count = 0;
  for (const std::string& kind : folders.other_kinds) {
    if (count++ == kShown) break;
    kinds += (kinds.empty() ? "" : ", ") + kind;
  }
  if (folders.other_kinds.size() > kShown) kinds += ", ...";
  notes.push_back(
      fmt::format("{} {} in {} {} not named .jpg, .jpeg, .png or .bmp and not used ({}).",
                  folders.other_files, folders.other_files == 1 ? "file" : "files", source,
                  folders.other_files == 1 ? "is" : "are", kinds));
}

void check_same_classes(const fs::path& folder, const std::string& part,
                        const std::vector<std::string>& found,
                        const std::vector<std::string>& expected) {
  if (found == expected) return;
  throw_input_error("{} has the classes {} and {} where {} and {} are needed: rename its folders",
                    shown(folder / part), shown(found[0]), shown(found[1]), shown(expected[0]),
                    shown(expected[1]));
}

void check_no_parts(const fs::path& folder) {
  for (const std::string part : {"test", "val"})
    if (has_part(folder, part))
      throw_input_error("{} has a {}/ folder but no train/ folder: name the training folder train",
                        shown(folder), part);
  if (const std::string hint = nested_hint(folder); !hint.empty())
    throw_input_error("{} has no train/ folder: name the training folder train{}", shown(folder),
                      hint);
}

std::string nested_hint(const fs::path& folder) {
  for (const fs::path& below : subfolders(folder))
    if (has_part(below, "train")) return fmt::format(", or give {}", shown(below));
  return "";
}

const DatasetPart* DatasetParts::find(const std::string& name) const {
  const auto found = std::ranges::find(parts, name, &DatasetPart::name);
  return found == parts.end() ? nullptr : &*found;
}

DatasetParts find_dataset_parts(const fs::path& folder) {
  check_part_names(folder);
  DatasetParts result;
  const auto add = [&](const std::string& name) {
    const ClassFolders found = read_class_folders(name.empty() ? folder : folder / name);
    if (result.classes.empty()) result.classes = found.names();
    check_same_classes(folder, name, found.names(), result.classes);
    result.parts.push_back({name, labelled(found)});
    note_other_files(found, result.parts.back().source(), result.notes);
  };
  if (!has_part(folder, "train")) {
    check_no_parts(folder);
    add("");
    return result;
  }
  for (const std::string name : {"train", "val", "test"})
    if (has_part(folder, name)) add(name);
  return result;
}

}  // namespace nanopneumo

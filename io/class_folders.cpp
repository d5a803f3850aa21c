#include "io/class_folders.h"

#include <algorithm>
#include <system_error>

#include "io/file_bytes.h"
#include "io/image.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

bool is_passed_over(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') || name == "__MACOSX";
}

/// A folder's entries in byte order of their names, without what is passed over.
std::vector<fs::directory_entry> sorted_entries(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  std::vector<fs::directory_entry> entries;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error))
    if (!is_passed_over(entry->path())) entries.push_back(*entry);
  if (error == std::errc::no_such_file_or_directory)
    throw_input_error("{} does not exist: check the path", shown(folder));
  if (error == std::errc::not_a_directory)
    throw_input_error("{} is a file where a folder of pictures is needed: give its folder",
                      shown(folder));
  if (error)
    throw_input_error("{} cannot be read ({}): check the path and its permissions", shown(folder),
                      error.message());
  std::ranges::sort(entries, {}, [](const fs::directory_entry& e) { return e.path().native(); });
  return entries;
}

bool is_folder(const fs::directory_entry& entry) {
  std::error_code error;  // a link that leads nowhere or in a circle is no folder
  return entry.is_directory(error);
}

/// Collects the pictures below one class folder.
class PictureSearch {
 public:
  explicit PictureSearch(ClassFolders& found) : found_(found) {}

  std::vector<fs::path> run(const fs::path& class_folder) {
    pictures_.clear();
    search(class_folder);
    // Keras sorts the folders by their whole path, and within each the files by name.
    std::ranges::sort(pictures_, {}, [](const fs::path& picture) {
      return std::pair(picture.parent_path().native(), picture.filename().native());
    });
    return std::move(pictures_);
  }

 private:
  void search(const fs::path& folder) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (!error && !visited_.insert(real).second) return;
    for (const fs::directory_entry& entry : sorted_entries(folder)) {
      if (is_folder(entry)) {
        search(entry.path());
      } else if (has_image_extension(entry.path())) {
        pictures_.push_back(entry.path());
      } else {
        ++found_.other_files;
        const fs::path kind =
            entry.path().has_extension() ? entry.path().extension() : entry.path().filename();
        found_.other_kinds.insert(shown(kind));
      }
    }
  }

  ClassFolders& found_;
  std::vector<fs::path> pictures_;
  std::set<fs::path> visited_;
};

[[noreturn]] void refuse_class_count(const fs::path& folder, const ClassFolders& found) {
  constexpr std::size_t kShown = 6;
  std::string list;
  for (std::size_t i = 0; i < std::min(found.classes.size(), kShown); ++i)
    list += (i ? ", " : "") + shown(found.classes[i].name);
  if (found.classes.size() > kShown) list += ", ...";
  throw_input_error(
      "{} has {} class folder{}{}{} where two are needed, such as NORMAL and PNEUMONIA: "
      "give a folder that holds one folder of pictures per class",
      shown(folder), found.classes.empty() ? "no" : std::to_string(found.classes.size()),
      found.classes.size() == 1 ? "" : "s", list.empty() ? "" : ": ", list);
}

}  // namespace

std::int64_t ClassFolders::pictures() const {
  std::int64_t count = 0;
  for (const ClassFolder& one : classes) count += static_cast<std::int64_t>(one.pictures.size());
  return count;
}

std::vector<std::string> ClassFolders::names() const {
  std::vector<std::string> result;
  for (const ClassFolder& one : classes) result.push_back(one.name);
  return result;
}

std::vector<fs::path> subfolders(const fs::path& folder) {
  std::vector<fs::path> result;
  for (const fs::directory_entry& entry : sorted_entries(folder))
    if (is_folder(entry)) result.push_back(entry.path());
  return result;
}

ClassFolders read_class_folders(const fs::path& folder) {
  ClassFolders found;
  for (const fs::path& path : subfolders(folder)) found.classes.push_back({path.filename(), {}});
  if (found.classes.size() != 2) refuse_class_count(folder, found);
  for (ClassFolder& one : found.classes) {
    if (!is_printable(one.name))
      throw_input_error(
          "the class folder {} has a name that cannot be shown (a hundred bytes of UTF-8 at most, "
          "without control characters): rename it",
          shown(folder / one.name));
    one.pictures = PictureSearch(found).run(folder / one.name);
    if (one.pictures.empty())
      throw_input_error("{} holds no JPEG, PNG or BMP picture: put some there or remove the folder",
                        shown(folder / one.name));
  }
  return found;
}

}  // namespace nanopneumo

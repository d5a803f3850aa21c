#include "train/run_folder.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "io/atomic_file.h"
#include "io/durable.h"
#include "io/file_bytes.h"
#include "io/is_there.h"

namespace nanopneumo {
namespace {

/// Also where it is a link to what is not there.
bool has_entry(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

/// Folders made on the way to `path`; they go away again unless they are kept.
class NewFolders {
 public:
  explicit NewFolders(const std::filesystem::path& path) {
    std::error_code error;
    for (auto folder = path; !folder.empty() && !has_entry(folder); folder = folder.parent_path())
      made_.push_back(folder);
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    if (!error) made_last_ = std::filesystem::create_directory(path, error);
    if (!made_last_ && !made_.empty()) made_.erase(made_.begin());  // another process made it
    if (!error) return;
    remove();
    throw_input_error("{} cannot be made ({}); give another --out", path.string(), error.message());
  }
  NewFolders(const NewFolders&) = delete;
  NewFolders& operator=(const NewFolders&) = delete;
  ~NewFolders() { remove(); }

  /// Whether `path` itself was made here, by no other process.
  bool made_last() const { return made_last_; }
  void keep() { made_.clear(); }

 private:
  void remove() {
    std::error_code ignored;
    for (const std::filesystem::path& folder : made_) std::filesystem::remove(folder, ignored);
  }

  std::vector<std::filesystem::path> made_;  ///< the innermost first
  bool made_last_ = false;
};

/// Makes the first of runs/NAME-1, ... that is not taken, also where others make theirs meanwhile.
std::filesystem::path make_unused(const std::string& name, std::optional<NewFolders>& made) {
  while (true) {
    std::filesystem::path path = unused_run_path(name);
    made.emplace(path);
    if (made->made_last()) return path;
  }
}

}  // namespace

void RunFolder::require_unused(const std::filesystem::path& path) {
  std::error_code error;
  const bool exists = is_there(path);
  for (auto folder = path; !folder.empty() && folder != folder.parent_path();
       folder = folder.parent_path())
    if (has_entry(folder) && !is_there(folder))
      throw_input_error(
          "{} is a symbolic link to a folder that is not there; bring that back or give another "
          "--out",
          folder.string());
    else if (is_there(folder) && !std::filesystem::is_directory(folder, error))
      throw_input_error("{}{} is not a folder; give another --out",
                        folder == path ? "" : shown(path) + " cannot be made: ", shown(folder));
  if (exists && !std::filesystem::is_empty(path, error) && !error)
    throw_input_error(
        "{} is not empty; give another --out, or go on with the run in it with --resume",
        path.string());
}

RunFolder RunFolder::create(const std::filesystem::path& path, const Config& config) {
  require_unused(path);
  NewFolders made(path);
  RunFolder folder(path);
  folder.begin(config);
  made.keep();
  return folder;
}

RunFolder RunFolder::create_unused(const std::string& name, const Config& config) {
  std::optional<NewFolders> made;
  RunFolder folder(make_unused(name, made));
  folder.begin(config);
  made->keep();
  return folder;
}

void RunFolder::begin(const Config& config) {
  lock();
  require_unused(path_);
  write_file_atomically(this->config(), to_toml(config));
}

RunFolder RunFolder::open(const std::filesystem::path& path) {
  const RunFolder folder(path);
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    throw_input_error("there is no folder {}; give the folder of a run", path.string());
  if (!std::filesystem::is_regular_file(folder.config(), error))
    throw_input_error("{} holds no run: config.toml is missing; give the folder of a run",
                      path.string());
  return folder;
}

RunFolder RunFolder::open_to_train(const std::filesystem::path& path) {
  RunFolder folder = open(path);
  folder.lock();
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error))
    if (std::error_code ignored; entry->is_symlink(ignored))
      // In a folder from elsewhere it may lead to any file of the user's.
      throw_input_error(
          "{} is a symbolic link, and training would write to what it leads to; put the file "
          "itself there, or remove it",
          shown(entry->path()));
  if (error)
    throw_input_error("{} cannot be read ({}); make it readable", shown(path), error.message());
  return folder;
}

void RunFolder::clear() const {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path_, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    std::filesystem::remove(entry->path(), ignored);
  }
}

CsvLog::CsvLog(const std::filesystem::path& path, std::string_view header, std::int64_t keep_rows)
    : CsvLog(path, 1, std::string(header) + '\n', keep_rows) {}

CsvLog CsvLog::without_header(const std::filesystem::path& path, std::int64_t keep_lines) {
  return CsvLog(path, 0, "", keep_lines);
}

CsvLog::CsvLog(const std::filesystem::path& path, std::int64_t header_lines, std::string text,
               std::int64_t keep_rows)
    : path_(path) {
  std::int64_t kept = 0;
  if (keep_rows > 0) {
    std::ifstream in(path);
    std::string line;
    for (std::int64_t i = 0; i < header_lines; ++i) std::getline(in, line);
    // (A last line without its end has been cut off.)
    for (; kept < keep_rows && std::getline(in, line) && !in.eof(); ++kept) text += line + '\n';
    if (kept < keep_rows)
      throw_input_error("{} has {} rows where the checkpoint has {}; restore it or start a new run",
                        path.string(), kept, keep_rows);
  }
  write_file_atomically(path, text);
  out_.open(path, std::ios::app);
}

void CsvLog::sync() const { sync_file(path_); }

void CsvLog::append(std::string_view row) {
  errno = 0;
  out_ << row << '\n' << std::flush;
  if (!out_)
    throw_input_error("{} cannot be written ({}); make room and go on with --resume",
                      path_.string(), std::strerror(errno));
}

std::filesystem::path unused_run_path(const std::string& name) {
  for (int i = 1;; ++i) {
    const std::filesystem::path path =
        std::filesystem::path("runs") / fmt::format("{}-{}", name, i);
    if (!has_entry(path)) return path;
  }
}

std::filesystem::path make_unused_run_path(const std::string& name) {
  std::optional<NewFolders> made;
  std::filesystem::path path = make_unused(name, made);
  made->keep();
  return path;
}

}  // namespace nanopneumo

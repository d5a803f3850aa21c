// The folder a run leaves behind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "io/folder_lock.h"
#include "train/config.h"

namespace nanopneumo {

/// Names of a run's files: config.toml, provenance.toml, log.csv and log.jsonl (a line each epoch), steps.csv
/// (a row each batch), timing.csv, best.safetensors, last.safetensors, run.json (run_facts.h), predictions.csv
/// (of the best epoch about the validation images, predictions.h), and those that not every run has:
/// augmentation.png; with another --plan than default plan.json (plan_file.h); of a run on files split.csv (which
/// file is in which part), of an honest one test.json.
class RunFolder {
 public:
  /// Throws InputError where `path` is a file or a folder that holds something.
  static void require_unused(const std::filesystem::path& path);
  /// Makes the folder (an empty one may be there already), locks it as long as there is a copy of the result, and
  /// writes config.toml. Throws InputError where it holds something, cannot be written, or another process is at work
  /// in it.
  static RunFolder create(const std::filesystem::path& path, const Config& config);
  /// The same in runs/NAME-1, or with the first number that is not taken, also where others begin runs meanwhile.
  static RunFolder create_unused(const std::string& name, const Config& config);
  /// An existing run, to be read. Throws InputError where there is none.
  static RunFolder open(const std::filesystem::path& path);
  /// The same, to be gone on with: locked as by create. Throws InputError for a symbolic link among its files, too.
  static RunFolder open_to_train(const std::filesystem::path& path);

  /// Empties the folder of a run that has not begun.
  void clear() const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.toml"; }
  std::filesystem::path provenance() const { return path_ / "provenance.toml"; }
  std::filesystem::path json_log() const { return path_ / "log.jsonl"; }
  /// TensorBoard takes a file for events where its name holds "tfevents".
  std::filesystem::path events() const { return path_ / "events.out.tfevents.0.nanopneumo"; }
  std::filesystem::path not_finite() const { return path_ / "not_finite.txt"; }
  std::filesystem::path log() const { return path_ / "log.csv"; }
  std::filesystem::path steps() const { return path_ / "steps.csv"; }
  std::filesystem::path split() const { return path_ / "split.csv"; }
  std::filesystem::path test() const { return path_ / "test.json"; }
  std::filesystem::path timing() const { return path_ / "timing.csv"; }
  std::filesystem::path best() const { return path_ / "best.safetensors"; }
  std::filesystem::path last() const { return path_ / "last.safetensors"; }
  std::filesystem::path facts() const { return path_ / "run.json"; }
  std::filesystem::path predictions() const { return path_ / "predictions.csv"; }
  std::filesystem::path plan() const { return path_ / "plan.json"; }
  std::filesystem::path augmentation() const { return path_ / "augmentation.png"; }

 private:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}
  void lock() { lock_ = std::make_shared<const FolderLock>(path_); }
  /// Locks the folder, which others may have seen empty as well, and writes config.toml.
  void begin(const Config& config);

  std::filesystem::path path_;
  std::shared_ptr<const FolderLock> lock_;  ///< null of one that is read
};

/// A file of lines, CSV where it has a header, that lines are appended to.
class CsvLog {
 public:
  /// Opens `path` with `header` and its first `keep_rows` rows as they were; later ones, written
  /// after the checkpoint that a run resumes from, are dropped.
  CsvLog(const std::filesystem::path& path, std::string_view header, std::int64_t keep_rows);
  static CsvLog without_header(const std::filesystem::path& path, std::int64_t keep_lines);

  /// Appends a row, which is in the file when this returns. Throws InputError where the disk is
  /// full.
  void append(std::string_view row);
  /// Brings what has been appended to the disk. Throws InputError where that fails.
  void sync() const;

 private:
  /// `text` is what comes before the rows.
  CsvLog(const std::filesystem::path& path, std::int64_t header_lines, std::string text,
         std::int64_t keep_rows);

  std::filesystem::path path_;
  std::ofstream out_;
};

/// runs/NAME-1, or the first number that is not taken.
std::filesystem::path unused_run_path(const std::string& name);
/// The same, made by this process alone. Throws InputError where it cannot be made.
std::filesystem::path make_unused_run_path(const std::string& name);

}  // namespace nanopneumo

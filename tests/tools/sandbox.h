// A folder of its own for each test, in which the program is called.
#pragma once

#include <map>

#include "tests/io/temporary_folder.h"
#include "tests/support/file_content.h"
#include "tests/tools/program.h"

namespace nanopneumo::test {

/// A working directory that is gone after the test. The paths in calls are relative to it.
class Sandbox {
 public:
  std::filesystem::path path(const std::filesystem::path& name = {}) const {
    return folder_.path() / name;
  }
  /// Writes a file with the folders above it.
  void write(const std::filesystem::path& name, std::string_view content) const {
    folder_.file(name, content);
  }
  std::string read(const std::filesystem::path& name) const { return file_content(path(name)); }

  /// Calls the program here; options.folder is set.
  Outcome run(const Arguments& arguments, RunOptions options = {}) const;
  /// The same, and fails the test where the exit code is not 0.
  Outcome succeed(const Arguments& arguments, RunOptions options = {}) const;
  /// The same, and fails the test unless the program refused as it should: exit code 2, one
  /// sentence with cause and remedy on standard error that holds each of `parts`, and every file
  /// and folder as it was.
  Outcome refuse(const Arguments& arguments, const std::vector<std::string>& parts,
                 RunOptions options = {}) const;

  /// Every file below `name` with its content; folders and links are there with an empty one.
  std::map<std::string, std::string> tree(const std::filesystem::path& name = {}) const;

 private:
  TemporaryFolder folder_;
};

/// Fails the test unless `outcome` is a refusal: exit code 2 and one sentence that holds `parts`.
void check_refusal(const Outcome& outcome, const std::vector<std::string>& parts);

/// Arguments for a training that takes a moment: the small CNN on 12 phantoms of 46 x 46.
Arguments tiny_training(const std::string& out, const Arguments& more = {});

/// The files of a run that do not hold measured times.
std::map<std::string, std::string> reproducible_files(const Sandbox& sandbox,
                                                      const std::string& run);

}  // namespace nanopneumo::test

// Runs the program nanopneumo as a user does, and looks at what it answers.
#pragma once

#include <sys/resource.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nanopneumo::test {

/// What a call came to.
struct Outcome {
  int exit_code = -1;  ///< -1 where a signal ended it
  int signal = 0;      ///< that signal; SIGKILL also where it ran out of time
  bool timed_out = false;
  std::string out, err;

  bool succeeded() const { return exit_code == 0; }
};

/// Signals that are sent to the program while it runs.
struct Interruption {
  std::function<bool()> when;  ///< asked every millisecond
  std::vector<int> signals;    ///< sent one after the other
};

struct RunOptions {
  std::filesystem::path folder;  ///< working directory; empty: that of the test
  std::filesystem::path output;  ///< standard output goes there and not into Outcome::out
  /// Environment variables beside those of the test.
  std::map<std::string, std::string> environment;
  bool closed_output = false;          ///< the program is started without a standard output
  std::optional<rlim_t> largest_file;  ///< RLIMIT_FSIZE: later writes fail as on a full disk
  std::optional<rlim_t>
      largest_memory;  ///< RLIMIT_AS: larger requests fail. Not with AddressSanitizer
  std::optional<Interruption> interruption;
  double timeout_seconds = 300;
};

using Arguments = std::vector<std::string>;

/// Runs the program to its end and never longer than its timeout. Throws std::runtime_error where
/// it cannot be started.
Outcome run_program(const Arguments& arguments, const RunOptions& options = {});

/// True from `seconds` after this call on.
std::function<bool()> after(double seconds);
/// True once there is something at `path`.
std::function<bool()> is_there(std::filesystem::path path);
/// True once `file` holds at least `lines` complete lines.
std::function<bool()> has_lines(std::filesystem::path file, std::size_t lines);

}  // namespace nanopneumo::test

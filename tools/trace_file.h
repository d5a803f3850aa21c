// --trace FILE: where a trace is written.
#pragma once

#include <filesystem>
#include <string>

#include "tensor/trace.h"

namespace nanopneumo {

class TraceFile {
 public:
  /// Writes an empty trace, so that a path that cannot be written is refused before the work begins. Throws
  /// InputError.
  explicit TraceFile(std::filesystem::path path);

  Trace& trace() { return trace_; }
  /// Replaces the file by what has been noted so far. Returns lines for the user: where it is, and what was
  /// left out of it. Throws InputError.
  std::string write() const;

 private:
  std::filesystem::path path_;
  Trace trace_;
};

}  // namespace nanopneumo

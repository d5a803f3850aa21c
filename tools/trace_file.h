// --trace FILE: where a trace is written.
#pragma once

#include <filesystem>
#include <string>

#include "tensor/trace.h"

namespace nanopneumo {

/// Notes what a device does, and writes it to a file in the end: also where an exception is the end.
class TraceFile {
 public:
  /// Writes an empty trace, so that a path that cannot be written is refused before the work begins. Throws
  /// InputError.
  explicit TraceFile(std::filesystem::path path);
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;
  /// Writes what was noted, if write() has not; where that fails, too, the error that ended the work is the one to
  /// tell.
  ~TraceFile();

  /// Notes from now on what `device`, which outlives this, does.
  void attach(Device& device);
  /// Notes nothing more, and replaces the file by what has been noted. Returns lines for the user: where it is, and
  /// what was left out of it. Throws InputError.
  std::string write();

 private:
  void detach();

  std::filesystem::path path_;
  Trace trace_;
  Device* device_ = nullptr;  ///< as long as it is noted
};

}  // namespace nanopneumo

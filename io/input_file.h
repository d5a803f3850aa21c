// A file of the user's that is read from front to back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "io/file_descriptor.h"

namespace nanopneumo {

class InputFile {
 public:
  /// Opens a regular file. Throws InputError for anything else (missing, folder, pipe, device, link that
  /// leads nowhere or in a circle, not readable); never waits for a pipe's other end.
  explicit InputFile(std::filesystem::path path);

  std::uint64_t size() const { return size_; }

  /// Fills `bytes` with what comes next, and returns how many there were: fewer only at the end of the file.
  /// Throws InputError where the disk refuses.
  std::size_t read(std::span<char> bytes) const;

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace nanopneumo

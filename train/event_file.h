// A TensorBoard event file: event messages as TFRecords.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace nanopneumo {

/// Appends records to a file. A record is the length of its data (8 bytes), the masked CRC-32C of the length
/// (4), the data, and the masked CRC-32C of the data (4), numbers little-endian
/// (tensorflow/core/lib/io/record_writer.h).
class EventFile {
 public:
  /// Begins the file anew, or, where `keep_bytes` is not 0, goes on after so many bytes: what was written
  /// after the checkpoint that a run resumes from would draw its curves twice. Throws InputError where
  /// there are fewer, or the file cannot be written.
  EventFile(const std::filesystem::path& path, std::int64_t keep_bytes);

  /// The message is in the file when this returns. Throws InputError where the disk is full.
  void append(std::string_view message);

  /// Brings what has been appended to the disk. Throws InputError where that fails.
  void sync() const;

  std::int64_t bytes() const { return bytes_; }

 private:
  std::filesystem::path path_;
  std::ofstream out_;
  std::int64_t bytes_ = 0;
};

}  // namespace nanopneumo

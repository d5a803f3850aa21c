// A file that is still arriving.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "io/file_descriptor.h"

namespace nanopneumo {

/// Where a part came from: what has to be the same for the rest to be asked for.
struct PartSource {
  std::string url;        ///< without a password
  std::string validator;  ///< of HttpReply
};

/// TARGET.part, beside the file that it is to become, with TARGET.part-source, which says where it is
/// from. Unless the part is empty both stay when the object goes, so that the next one goes on where
/// this one ended. Every function throws InputError that names the path where the disk refuses.
class PartFile {
 public:
  /// Opens what is there, or makes an empty part. Throws InputError where another process is at it.
  explicit PartFile(std::filesystem::path target);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  std::int64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }
  /// Where the part is from; empty strings where that is not known.
  const PartSource& source() const { return source_; }

  /// Throws all of it away and begins a part of `source`.
  void restart(const PartSource& source);
  void append(std::string_view bytes);
  /// The first `count` bytes, or as many as there are.
  std::string head(std::size_t count) const;
  /// The part becomes the target, durably, in place of what was there.
  void complete();
  /// The part is no good, or there is none: leaves nothing behind.
  void remove();

 private:
  void open();
  void read_source();
  std::filesystem::path source_path() const;

  std::filesystem::path target_, path_;
  FileDescriptor file_;
  std::int64_t size_ = 0;
  PartSource source_;
};

}  // namespace nanopneumo

#include "train/event_file.h"

#include <cerrno>
#include <cstring>
#include <string>

#include "io/atomic_file.h"
#include "io/durable.h"
#include "io/file_bytes.h"
#include "io/input_file.h"
#include "tensor/errors.h"
#include "train/crc32c.h"
#include "train/event_message.h"

namespace nanopneumo {
namespace {

template <class T>
std::string little_endian(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string first_bytes(const std::filesystem::path& path, std::int64_t count) {
  const InputFile file(path);
  if (file.size() < static_cast<std::uint64_t>(count))
    throw_input_error("{} is shorter than the checkpoint says; restore it or start a new run",
                      shown(path));
  std::string bytes(static_cast<std::size_t>(count), '\0');
  bytes.resize(file.read(bytes));
  return bytes;
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& path, std::int64_t keep_bytes)
    : path_(path), bytes_(keep_bytes) {
  write_file_atomically(path, keep_bytes > 0 ? first_bytes(path, keep_bytes) : "");
  out_.open(path, std::ios::app | std::ios::binary);
  if (keep_bytes == 0) append(version_event());
}

void EventFile::sync() const { sync_file(path_); }

void EventFile::append(std::string_view message) {
  const std::string length = little_endian(std::uint64_t{message.size()});
  std::string record = length + little_endian(masked_crc32c(length));
  record += message;
  record += little_endian(masked_crc32c(message));
  errno = 0;
  out_ << record << std::flush;
  if (!out_)
    throw_input_error("{} cannot be written ({}); make room and go on with --resume",
                      path_.string(), std::strerror(errno));
  bytes_ += static_cast<std::int64_t>(record.size());
}

}  // namespace nanopneumo

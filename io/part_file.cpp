#include "io/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "io/atomic_file.h"
#include "io/durable.h"
#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLongestSource = 8192;

fs::path with_suffix(fs::path path, std::string_view suffix) { return path += suffix; }

/// Whether `path` still names the open file: who held the lock before may have renamed it.
bool is_named(const FileDescriptor& file, const fs::path& path) {
  struct ::stat open {
  }, named{};
  return ::fstat(file.number(), &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

}  // namespace

PartFile::PartFile(fs::path target)
    : target_(std::move(target)), path_(with_suffix(target_, ".part")) {
  do {
    open();
  } while (!is_named(file_, path_));
  struct ::stat status {};
  if (::fstat(file_.number(), &status) != 0) refuse_write(path_, errno);
  if (!S_ISREG(status.st_mode)) throw_input_error("{} is no regular file: remove it", shown(path_));
  size_ = status.st_size;
  read_source();
}

PartFile::~PartFile() {
  if (file_.is_open() && size_ == 0) remove();
}

void PartFile::open() {
  constexpr int kFlags = O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  file_ = FileDescriptor(::open(path_.c_str(), kFlags, 0666));
  if (!file_.is_open()) refuse_write(path_, errno);
  if (::flock(file_.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw_input_error("{} is being fetched by another process: wait until it has ended",
                      shown(target_));
}

fs::path PartFile::source_path() const { return with_suffix(path_, "-source"); }

void PartFile::read_source() {
  std::error_code error;
  if (!fs::is_regular_file(source_path(), error)) return;
  const std::string text = read_file_bytes(source_path(), kLongestSource);
  const std::size_t first = text.find('\n');
  if (first == std::string::npos || !text.ends_with('\n')) return;
  source_.url = text.substr(0, first);
  if (first + 1 < text.size()) source_.validator = text.substr(first + 1, text.size() - first - 2);
}

void PartFile::restart(const PartSource& source) {
  if (::ftruncate(file_.number(), 0) != 0) refuse_write(path_, errno);
  size_ = 0;
  source_ = source;
  write_file_atomically(source_path(), source.url + '\n' + source.validator + '\n');
}

void PartFile::append(std::string_view bytes) {
  write_all(file_, path_, bytes);
  size_ += static_cast<std::int64_t>(bytes.size());
}

std::string PartFile::head(std::size_t count) const {
  std::string bytes(count, '\0');
  const ssize_t got = ::pread(file_.number(), bytes.data(), count, 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

void PartFile::complete() {
  ::unlink(source_path().c_str());
  rename_durably(file_, path_, target_);
}

void PartFile::remove() {
  ::unlink(source_path().c_str());
  ::unlink(path_.c_str());
}

}  // namespace nanopneumo

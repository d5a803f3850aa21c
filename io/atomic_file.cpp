#include "io/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "io/durable.h"
#include "io/file_bytes.h"
#include "io/file_descriptor.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporaryPrefix = ".nanopneumo-tmp-";

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// A new, empty file of our own beside the target; unlinked at the end of its life unless renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target) : target_(target) {
    const std::string prefix = fmt::format("{}{}-", kTemporaryPrefix, ::getpid());
    for (int attempt = 0; attempt < 10000; ++attempt) {
      path_ = folder_of(target) / (prefix + std::to_string(attempt));
      file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
      if (!file_.is_open() && errno == EEXIST) continue;
      if (!file_.is_open()) refuse_write(target_, errno);
      if (lock()) return;
    }
    refuse_write(target_, EEXIST);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!renamed_) ::unlink(path_.c_str());
  }

  void write(std::string_view bytes) { write_all(file_, target_, bytes); }

  void rename_to_target() {
    rename_durably(file_, path_, target_);
    renamed_ = true;
  }

 private:
  /// The lock tells remove_stale_temporaries that this file has a living writer. False where a
  /// sweep came between creating and locking, and has taken the file away.
  bool lock() {
    if (::flock(file_.number(), LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
    struct ::stat status {};
    return ::fstat(file_.number(), &status) == 0 && status.st_nlink > 0;
  }

  fs::path target_;
  fs::path path_;
  FileDescriptor file_;
  bool renamed_ = false;
};

/// The path that a symbolic link stands for, so that the file behind it is written and the link stays.
fs::path follow_links(fs::path path) {
  constexpr int kMostLinks = 40;  // as the kernel
  for (int links = 0; links < kMostLinks; ++links) {
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (error) return path;  // not a link
    path = path.parent_path() / target;
  }
  refuse_write(path, ELOOP);
}

/// Where what is written to `name` has to go.
fs::path regular_target(const fs::path& name) {
  const fs::path path = follow_links(name);
  struct ::stat status {};
  if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw_input_error("{} cannot be written (it is {}): choose another name", shown(name),
                      S_ISDIR(status.st_mode) ? "a folder" : "no regular file");
  return path;
}

}  // namespace

void require_writable(const fs::path& path) { const TemporaryFile trial(regular_target(path)); }

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  write_file_atomically(path, {&bytes, 1});
}

void write_file_atomically(const fs::path& name, std::span<const std::string_view> parts) {
  TemporaryFile temporary(regular_target(name));
  for (const std::string_view part : parts) temporary.write(part);
  temporary.rename_to_target();
}

void remove_stale_temporaries(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->path().filename().native().starts_with(kTemporaryPrefix)) continue;
    const FileDescriptor file(
        ::open(entry->path().c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (file.is_open() && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0)
      ::unlink(entry->path().c_str());
  }
}

}  // namespace nanopneumo

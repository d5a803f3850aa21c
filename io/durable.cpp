#include "io/durable.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {

namespace fs = std::filesystem;

void refuse_write(const fs::path& path, int error) {
  std::string_view remedy = "check the disk";
  if (error == ENOSPC || error == EDQUOT || error == EFBIG)
    remedy = "free some space or choose another disk";
  if (error == EACCES || error == EPERM || error == EROFS)
    remedy = "choose a folder that you may write to";
  if (error == ENOENT || error == ENOTDIR) remedy = "create its folder first";
  if (error == ENAMETOOLONG) remedy = "choose a shorter name";
  throw_input_error("{} cannot be written ({}): {}", shown(path),
                    std::generic_category().message(error), remedy);
}

void write_all(const FileDescriptor& file, const fs::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.number(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) refuse_write(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void sync_file(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.number()) != 0) refuse_write(path, errno);
}

void sync_folder_of(const fs::path& path) {
  const fs::path name = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const FileDescriptor folder(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return;  // a folder may be writable but not readable
  // Some network file systems cannot sync folders and say EINVAL; there is nothing better to do
  // there.
  if (::fsync(folder.number()) != 0 && errno != EINVAL) refuse_write(path, errno);
}

void rename_durably(FileDescriptor& file, const fs::path& from, const fs::path& to) {
  if (::fsync(file.number()) != 0) refuse_write(to, errno);
  if (::rename(from.c_str(), to.c_str()) != 0) refuse_write(to, errno);
  if (!file.close()) refuse_write(to, errno);
  sync_folder_of(to);
}

}  // namespace nanopneumo

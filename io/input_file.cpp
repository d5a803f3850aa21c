#include "io/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

[[noreturn]] void refuse_special(const std::filesystem::path& path) {
  throw_input_error(
      "{} is a pipe, device or socket, not a regular file: copy its content to a file",
      shown(path));
}

[[noreturn]] void refuse_unreadable(const std::filesystem::path& path, int error) {
  const std::string reason = std::generic_category().message(error);
  switch (error) {
    case ENOENT:
      throw_input_error("{} does not exist: check the path", shown(path));
    case EACCES:
    case EPERM:
      throw_input_error("{} may not be read ({}): change its permissions", shown(path), reason);
    case ELOOP:
      throw_input_error("{} is a symbolic link that leads in a circle: remove or mend the link",
                        shown(path));
    case ENXIO:  // what opening a socket says
      refuse_special(path);
    default:
      throw_input_error("{} cannot be read ({}): check the path and the disk", shown(path), reason);
  }
}

}  // namespace

InputFile::InputFile(std::filesystem::path path)
    : path_(std::move(path)),
      // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
      file_(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) {
  struct ::stat status {};
  if (!file_.is_open() || ::fstat(file_.number(), &status) != 0) refuse_unreadable(path_, errno);
  if (S_ISDIR(status.st_mode))
    throw_input_error("{} is a folder where a file is needed: give a file's path", shown(path_));
  if (!S_ISREG(status.st_mode)) refuse_special(path_);
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::size_t InputFile::read(std::span<char> bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file_.number(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse_unreadable(path_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace nanopneumo

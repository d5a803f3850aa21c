#include "io/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "io/file_bytes.h"
#include "tensor/errors.h"

namespace nanopneumo {

FolderLock::FolderLock(const std::filesystem::path& folder)
    : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!folder_.is_open())
    throw_input_error("{} cannot be opened ({}); give a folder that can be read", shown(folder),
                      std::strerror(errno));
  // Every other error says that this file system has no locks.
  if (::flock(folder_.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw_input_error(
        "another nanopneumo process is at work in {}; wait until it has ended, or stop it",
        shown(folder));
}

}  // namespace nanopneumo

#include "io/large_memory.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>

#include "io/file_descriptor.h"

namespace nanopneumo {
namespace {

/// An open file without a name that has room for `bytes`; closed where that is not to be had. The room is
/// taken now: a disk that turned out to be full at a write into the mapping would end the process.
FileDescriptor unnamed_file(std::size_t bytes) {
  const char* folder = std::getenv("TMPDIR");
  std::string name =
      std::filesystem::path(folder && *folder ? folder : "/var/tmp") / "nanopneumo-XXXXXX";
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.is_open()) return file;
  ::unlink(name.c_str());
  if (bytes > static_cast<std::size_t>(std::numeric_limits<off_t>::max()) ||
      ::posix_fallocate(file.number(), 0, static_cast<off_t>(bytes)) != 0)
    return {};
  return file;
}

}  // namespace

void* map_temporary_file(std::size_t bytes) {
  const FileDescriptor file = unnamed_file(bytes);
  const int flags = file.is_open() ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, file.number(), 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return memory;
}

void unmap_temporary_file(void* memory, std::size_t bytes) { ::munmap(memory, bytes); }

}  // namespace nanopneumo

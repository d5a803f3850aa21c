#include "io/large_memory.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "io/file_bytes.h"
#include "io/file_descriptor.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

std::filesystem::path temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder && *folder ? folder : "/var/tmp";
}

[[noreturn]] void refuse_folder(const std::filesystem::path& folder, std::size_t bytes, int error) {
  throw_input_error(
      "{} cannot hold the {} MiB of a set of pictures ({}): set TMPDIR to a folder with that much "
      "room, or to /dev/shm to keep them in RAM",
      shown(folder), bytes >> 20, std::generic_category().message(error));
}

/// An open file without a name that has room for `bytes`. The room is taken now: a disk that turned out to be
/// full at a write into the mapping would end the process.
FileDescriptor unnamed_file(std::size_t bytes) {
  const std::filesystem::path folder = temporary_folder();
  std::string name = folder / "nanopneumo-XXXXXX";
  FileDescriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.is_open()) refuse_folder(folder, bytes, errno);
  ::unlink(name.c_str());
  const int error = ::posix_fallocate(file.number(), 0, static_cast<off_t>(bytes));
  if (error != 0) refuse_folder(folder, bytes, error);
  return file;
}

}  // namespace

void* map_temporary_file(std::size_t bytes) {
  const FileDescriptor file = unnamed_file(bytes);
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return memory;
}

void unmap_temporary_file(void* memory, std::size_t bytes) { ::munmap(memory, bytes); }

}  // namespace nanopneumo

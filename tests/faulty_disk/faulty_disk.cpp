// A disk on which one of the program's writes goes wrong: to be loaded into it with LD_PRELOAD.
//
// Writes to files, fsync and rename are counted. Number FAULTY_DISK_AT fails with the error FAULTY_DISK_ERROR, or where
// that is 0 a write takes half of what it is given, as write may. At its end the program's count goes to the file
// FAULTY_DISK_COUNT.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>

namespace {

std::atomic<int> calls{0};

int number_in(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : otherwise;
}

/// Whether this call is the one.
bool goes_wrong() {
  static const int at = number_in("FAULTY_DISK_AT", -1);
  return ++calls == at;
}

int error() {
  static const int number = number_in("FAULTY_DISK_ERROR", 0);
  return number;
}

bool is_file(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

template <class Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int fail() {
  errno = error();
  return -1;
}

[[gnu::destructor]] void write_count() {
  const char* file = std::getenv("FAULTY_DISK_COUNT");
  if (!file) return;
  const std::string count = std::to_string(calls);
  const int descriptor = ::open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (descriptor < 0) return;
  if (next(::write, "write")(descriptor, count.data(), count.size()) < 0) std::abort();
  ::close(descriptor);
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  // Standard output and error, which tests read from files, too, stay as they are.
  if (descriptor > STDERR_FILENO && is_file(descriptor) && goes_wrong()) {
    if (error() != 0) return fail();
    size = size > 1 ? size / 2 : size;
  }
  return next(::write, "write")(descriptor, bytes, size);
}

int fsync(int descriptor) {
  if (goes_wrong() && error() != 0) return fail();
  return next(::fsync, "fsync")(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  if (goes_wrong() && error() != 0) return fail();
  return next(::rename, "rename")(from, to);
}

}  // extern "C"

#include "io/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <new>
#include <string>
#include <system_error>

#include "io/file_bytes.h"
#include "io/file_descriptor.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

// Codes that no runtime library ends a process with.
constexpr int kDone = 71;
constexpr int kRefused = 72;
constexpr int kFailed = 73;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe");
    read_end = FileDescriptor(ends[0]);
    write_end = FileDescriptor(ends[1]);
  }
  FileDescriptor read_end;
  FileDescriptor write_end;
};

void write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

std::string read_all(int file) {
  std::string bytes;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void limit(int resource, rlim_t most) {
  const rlimit limits{most, most};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &limits);
}

/// The address space in use: CUDA and sanitizers reserve terabytes of it.
rlim_t address_space() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

void enter_child(const ChildLimits& limits) {
  // A crash here is an answer, to be neither reported by handlers of the program nor dumped.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU})
    ::signal(signal, SIG_DFL);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  if (const rlim_t in_use = address_space(); in_use > 0)
    limit(RLIMIT_AS, in_use + limits.memory_bytes);
}

/// Does not return and runs none of the parent's destructors.
[[noreturn]] void child(const std::function<std::string()>& work, const ChildLimits& limits,
                        int answer) {
  enter_child(limits);
  try {
    write_all(answer, work());
    ::_exit(kDone);
  } catch (const InputError& error) {
    write_all(answer, error.what());
    ::_exit(kRefused);
  } catch (const std::exception& error) {
    write_all(answer, error.what());
    ::_exit(kFailed);
  } catch (...) {
    ::_exit(kFailed);
  }
}

std::string cause_of(int status, const std::string& message, const ChildLimits& limits) {
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
    return fmt::format("was stopped, after at most {} s", limits.cpu_seconds);
  if (WIFSIGNALED(status)) return fmt::format("crashed with signal {}", WTERMSIG(status));
  return message.empty() ? "failed" : "failed: " + message;
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0)
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  return status;
}

}  // namespace

SharedFloats::SharedFloats(std::size_t count) : count_(count) {
  if (count == 0) return;
  void* memory = ::mmap(nullptr, count * sizeof(float), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<float*>(memory);
}

SharedFloats::~SharedFloats() {
  if (data_) ::munmap(data_, count_ * sizeof(float));
}

std::string text_from_child(const std::filesystem::path& file,
                            const std::function<std::string()>& work, ChildLimits limits) {
  Pipe answer;
  const pid_t process = ::fork();
  if (process < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (process == 0) child(work, limits, answer.write_end.number());
  answer.write_end.close();  // so that the child holds the only one
  const std::string message = read_all(answer.read_end.number());
  const int status = wait_for(process);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kDone) return message;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kRefused) throw InputError(message);
  throw_input_error("{}: the file is damaged: its reader {}; download or copy it again",
                    shown(file), cause_of(status, message, limits));
}

}  // namespace nanopneumo

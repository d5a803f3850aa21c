#include "tests/tools/program.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "tests/io/temporary_folder.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr int kNotStarted = 126;  // as a shell says it

void redirect(const std::filesystem::path& file, int flags, int to) {
  const int opened = ::open(file.c_str(), flags, 0666);
  if (opened < 0 || ::dup2(opened, to) < 0) ::_exit(kNotStarted);
  ::close(opened);
}

/// Holds SIGINT and SIGTERM back, or lets them through.
void change_signals(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  ::sigprocmask(how, &signals, nullptr);
}

/// Takes from root, under whom CI runs, the power to read and write whatever the permissions say: the
/// program is to meet what it meets under any user. Does nothing for another user.
void honour_permissions() {
  for (const int power : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}) ::prctl(PR_CAPBSET_DROP, power);
}

/// This process' environment with other values for `changes`.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable)
    if (!changes.contains(std::string(*variable).substr(0, std::string(*variable).find('='))))
      variables.emplace_back(*variable);
  for (const auto& [name, value] : changes) variables.push_back(name + '=' + value);
  return variables;
}

/// For exec: ends with a null.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Between fork and exec.
[[noreturn]] void become_program(char** arguments, char** environment, const RunOptions& options,
                                 const std::filesystem::path& out,
                                 const std::filesystem::path& err) {
  for (const int signal : {SIGINT, SIGTERM}) ::signal(signal, SIG_DFL);
  change_signals(SIG_UNBLOCK);
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(out, O_WRONLY | O_CREAT, STDOUT_FILENO);
  redirect(err, O_WRONLY | O_CREAT, STDERR_FILENO);
  if (!options.folder.empty() && ::chdir(options.folder.c_str()) != 0) ::_exit(kNotStarted);
  for (const auto& [resource, most] : {std::pair{RLIMIT_FSIZE, options.largest_file},
                                       std::pair{RLIMIT_AS, options.largest_memory}}) {
    if (!most) continue;
    const rlimit limit{*most, *most};
    if (::setrlimit(resource, &limit) != 0) ::_exit(kNotStarted);
  }
  if (options.closed_output) ::close(STDOUT_FILENO);
  honour_permissions();
  ::execve(arguments[0], arguments, environment);
  ::_exit(kNotStarted);
}

/// Waits for the end of `process`, interrupting it on the way. Gives its status.
int watch(pid_t process, const RunOptions& options, bool& timed_out) {
  const Clock::time_point start = Clock::now();
  bool interrupted = !options.interruption;
  for (int status = 0;;) {
    if (::waitpid(process, &status, WNOHANG) == process) return status;
    if (!interrupted && options.interruption->when()) {
      for (const int signal : options.interruption->signals) {
        ::kill(process, signal);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));  // else two become one
      }
      interrupted = true;
    }
    if (!timed_out && seconds_since(start) > options.timeout_seconds) {
      timed_out = true;
      ::kill(process, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

Outcome run_program(const Arguments& arguments, const RunOptions& options) {
  std::vector<std::string> words{NANOPNEUMO_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment_with(options.environment);
  std::vector<char*> pointers = pointers_to(words), variable_pointers = pointers_to(variables);

  const TemporaryFolder captured;
  const std::filesystem::path out =
      options.output.empty() ? captured.path() / "out" : options.output;
  const std::filesystem::path err = captured.path() / "err";
  change_signals(SIG_BLOCK);  // until the child has left the handlers of the test program behind
  const pid_t process = ::fork();
  if (process < 0) throw std::runtime_error("no child process");
  if (process == 0) become_program(pointers.data(), variable_pointers.data(), options, out, err);
  change_signals(SIG_UNBLOCK);

  Outcome outcome;
  const int status = watch(process, options, outcome.timed_out);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  if (outcome.exit_code == kNotStarted) throw std::runtime_error("the program cannot be started");
  if (options.output.empty()) outcome.out = file_content(out);
  outcome.err = file_content(err);
  return outcome;
}

std::function<bool()> after(double seconds) {
  return [start = Clock::now(), seconds] { return seconds_since(start) >= seconds; };
}

std::function<bool()> is_there(std::filesystem::path path) {
  return [path = std::move(path)] { return std::filesystem::exists(path); };
}

std::function<bool()> has_lines(std::filesystem::path file, std::size_t lines) {
  return [file = std::move(file), lines] {
    return static_cast<std::size_t>(std::ranges::count(file_content(file), '\n')) >= lines;
  };
}

}  // namespace nanopneumo::test

// nanopneumo: the command line.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <system_error>

#include "io/file_bytes.h"
#include "kernels/cpu/onednn_memory.h"
#include "tensor/errors.h"
#include "tools/command_line.h"
#include "tools/commands.h"
#include "tools/signals.h"
#include "tools/thread_waits.h"

namespace nanopneumo {
namespace {

constexpr const char* kDescription =
    "nanopneumo finds pneumonia in chest X-rays by transfer learning, from scratch in C++ and "
    "CUDA.\n"
    "It is a program to study and to experiment with, not a medical device.";

constexpr const char* kOutOfMemory = "out of memory; give a smaller --batch or --image-size";

constexpr int kRefused = 2;
constexpr int kInternalError = 70;  // EX_SOFTWARE

int refuse(const std::string& sentence) {
  std::fprintf(stderr, "nanopneumo: %s\n", sentence.c_str());  // unlike fmt::print it cannot throw
  return kRefused;
}

/// Printed text waits in a buffer: that a disk is full or a pipe closed may show only at the end.
void flush_output() {
  if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category());
}

/// With standard output closed, the first file that is opened would take its number and be written
/// what is meant for the terminal. It is opened for reading, so that writing to it still fails.
void reserve_standard_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(number, F_GETFD) < 0 && ::open("/dev/null", O_RDONLY) != number) std::abort();
}

void add_commands(Command app) {
  add_train_command(app);
  add_reproduce_command(app);
  add_evaluate_command(app);
  add_predict_command(app);
  add_gradcam_command(app);
  add_saliency_command(app);
  add_occlusion_command(app);
  add_featuremaps_command(app);
  add_report_command(app);
  add_compare_command(app);
  add_summary_command(app);
  add_draw_command(app);
  add_features_command(app);
  add_classify_command(app);
  add_data_command(app);
  add_fetch_command(app);
  add_bench_command(app);
  add_profile_command(app);
  add_export_command(app);
  add_inspect_command(app);
  add_doctor_command(app);
}

/// The exit code, after a sentence on standard error where something went wrong.
int run_and_report(int argc, char** argv) {
  try {
    run_command_line(argc, argv, kDescription, add_commands);
    flush_output();
    return 0;
  } catch (const StoppedBySignal& stopped) {
    return 128 + stopped.signal;
  } catch (const InputError& error) {
    return refuse(shown(error.what()));  // a sentence may hold what a received file says
  } catch (const std::bad_alloc&) {
    return refuse(kOutOfMemory);
  } catch (const std::system_error& error) {
    if (std::ferror(stdout))
      return refuse(fmt::format(
          "standard output cannot be written ({}); send it to a terminal or another file",
          error.code().message()));
    return refuse(fmt::format("the system refused a request ({}); free memory, processes or disk",
                              error.what()));
  } catch (const std::exception& error) {
    if (cpu::is_out_of_memory(error)) return refuse(kOutOfMemory);
    std::fprintf(stderr, "nanopneumo: a mistake in the program, please report it: %s\n",
                 error.what());
    return kInternalError;
  }
}

}  // namespace
}  // namespace nanopneumo

int main(int argc, char** argv) {
  nanopneumo::shorten_thread_waits(argv);
  nanopneumo::reserve_standard_descriptors();
  std::signal(SIGCHLD, SIG_DFL);  // a parent that ignores it would take our children's ends away
  // A full quota and a closed pipe are reported where the write fails, with the path.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  return nanopneumo::run_and_report(argc, argv);
}

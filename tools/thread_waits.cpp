#include "tools/thread_waits.h"

#include <unistd.h>

#include <cstdlib>

namespace nanopneumo {

void shorten_thread_waits(char** argv) {
  // Some 50 microseconds: the threads of a loop have mostly come to its end by then where they have the cores for
  // themselves.
  constexpr const char* kSpins = "1000";
  if (std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT")) return;
  if (::setenv("GOMP_SPINCOUNT", kSpins, /*overwrite=*/0) == 0) ::execv("/proc/self/exe", argv);
}

std::string describe_thread_waits() {
  for (const char* name : {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"})
    if (const char* value = std::getenv(name))
      return std::string("waiting with ") + name + '=' + value;
  return "waiting as OpenMP does by itself";
}

}  // namespace nanopneumo

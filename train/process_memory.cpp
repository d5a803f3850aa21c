#include "train/process_memory.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

namespace nanopneumo {

std::int64_t peak_memory_mib() {
  // VmHWM is the one of the kernel's two peaks that can be counted anew.
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key; status.ignore(1 << 10, '\n'))
    if (std::int64_t kib = 0; key == "VmHWM:" && status >> kib) return kib / 1024;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;  // Linux counts in KiB
}

void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace nanopneumo

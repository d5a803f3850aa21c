#include "train/process_memory.h"

#include <sys/resource.h>
#include <sys/sysinfo.h>

#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace nanopneumo {

namespace {

/// What the kernel says of this process under `name`, in KiB.
std::optional<std::int64_t> kernel_says(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key; status.ignore(1 << 10, '\n'))
    if (std::int64_t kib = 0; key == name && status >> kib) return kib;
  return std::nullopt;
}

}  // namespace

std::int64_t peak_memory_mib() {
  // The one of the kernel's two peaks that can be counted anew.
  if (const auto kib = kernel_says("VmHWM:")) return *kib / 1024;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;  // Linux counts in KiB
}

std::int64_t resident_memory_mib() { return kernel_says("VmRSS:").value_or(0) / 1024; }

std::int64_t file_memory_mib() { return kernel_says("RssFile:").value_or(0) / 1024; }

std::int64_t machine_memory_mib() {
  struct sysinfo info {};
  if (sysinfo(&info) != 0) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(
      (std::uint64_t{info.totalram} + info.totalswap) * info.mem_unit >> 20);
}

void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace nanopneumo

#include "kernels/emulator/profiler/profile.h"

#include "kernels/emulator/profiler/source_of.h"

namespace nanopneumo::profiler {

Requests& Requests::operator+=(const Requests& other) {
  requests += other.requests;
  divergent += other.divergent;
  lanes += other.lanes;
  bytes += other.bytes;
  transactions += other.transactions;
  ideal_transactions += other.ideal_transactions;
  for (std::size_t i = 0; i < of_size.size(); ++i) of_size[i] += other.of_size[i];
  return *this;
}

std::string SiteProfile::source() const { return source_of(pc); }

const char* name(FindingKind kind) {
  switch (kind) {
    case FindingKind::race:
      return "race";
    case FindingKind::uninitialised_read:
      return "uninitialised read";
    case FindingKind::out_of_bounds:
      return "out of bounds";
    case FindingKind::misaligned:
      return "misaligned access";
  }
  return "";
}

namespace {
constexpr std::uint64_t kSectorBytes = 32;
}

std::uint64_t KernelProfile::l2_bytes() const {
  return kSectorBytes *
         (global_loads.transactions + global_stores.transactions + global_atomics.transactions);
}

std::uint64_t KernelProfile::dram_bytes() const {
  return kSectorBytes * (distinct_read_sectors + distinct_written_sectors);
}

std::uint64_t KernelProfile::count(FindingKind kind) const {
  std::uint64_t sum = 0;
  for (const Finding& finding : findings)
    if (finding.kind == kind) sum += finding.count;
  return sum;
}

std::string KernelProfile::findings_text() const {
  std::string text;
  for (const Finding& finding : findings)
    text += std::string(name(finding.kind)) + ", " + std::to_string(finding.count) +
            " times: " + finding.text + "\n";
  return text;
}

}  // namespace nanopneumo::profiler

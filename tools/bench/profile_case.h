// One case on the profiled device.
#pragma once

#include <vector>

#include "tensor/profiled_device.h"
#include "tools/bench/check_case.h"

namespace nanopneumo::bench {

/// The launches of one call, and what they add up to.
struct CaseProfile {
  std::vector<profiler::KernelProfile> launches;

  double l2_bytes() const;
  /// Each sector once for each launch that touches it.
  double dram_bytes() const;
  std::uint64_t count(profiler::FindingKind kind) const;
  profiler::Requests global_loads() const;
  profiler::Requests global_stores() const;
  profiler::Requests shared_loads() const;
  /// Loads, stores and atomics.
  profiler::Requests shared() const;
  /// The share of requests that not all of a warp's lanes made.
  double divergence() const;
};

/// Throws InputError for operands of more than 1 GiB: the profiler keeps thirteen bytes for each of theirs.
void require_profilable(const OpCase& op_case);

/// The counters of one call. Throws std::logic_error where its outputs are not those `expected`.
CaseProfile profile_case(ProfiledDevice& device, const OpCase& op_case, const Outputs& expected);

/// The kernel of a launch with its template arguments, "add_kernel<4>"; where addr2line does not find
/// it, what the launcher called it.
std::string instance_name(const profiler::KernelProfile& launch);

/// Wavefronts of shared memory that a request takes without a bank conflict, summed: 1, and for 32
/// accesses of 8 or 16 bytes 2 or 4, also where lanes read the same words.
double conflict_free_wavefronts(const profiler::Requests& shared);
/// Wavefronts beyond these, as a share of them: 0 without a bank conflict.
double conflicts(const profiler::Requests& shared);

}  // namespace nanopneumo::bench

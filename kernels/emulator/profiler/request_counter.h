// Requests of a warp: what the hardware makes of 32 accesses.
#pragma once

#include <array>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "kernels/emulator/launch_config.h"
#include "kernels/emulator/profiler/access.h"
#include "kernels/emulator/profiler/profile.h"

namespace nanopneumo::profiler {

/// One access of each lane, null where the lane takes no part.
using WarpRequest = std::array<const Access*, emulator::kWarpSize>;

/// The counters of one request. Addresses of shared memory are relative to `shared_base`, which lies in
/// bank 0.
Requests count_request(const WarpRequest& request, std::uintptr_t shared_base);

/// Sums requests by their place in the program.
class RequestCounter {
 public:
  using Lanes = std::span<const std::vector<Access>>;

  /// Groups what up to 32 lanes have done, each in its order, into requests.
  void add_warp(Lanes lanes, std::uintptr_t shared_base);
  /// Moves what was counted so far into `into`.
  void take(std::vector<SiteProfile>& into);

 private:
  struct Key {
    const void* pc;
    AccessKind kind;
    Space space;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.pc) * 6 + static_cast<std::size_t>(key.kind) * 2 +
             static_cast<std::size_t>(key.space);
    }
  };

  void add(const WarpRequest& request, std::uintptr_t shared_base);
  void add_divergent(Lanes lanes, std::size_t from, std::uintptr_t shared_base);

  std::unordered_map<Key, Requests, Hash> sites_;
};

}  // namespace nanopneumo::profiler

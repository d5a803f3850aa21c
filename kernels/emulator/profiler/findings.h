// Faults, each place in the program once.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "kernels/emulator/profiler/profile.h"

namespace nanopneumo::profiler {

/// Thread-safe.
class Findings {
 public:
  /// Counts a fault at `pc` (a race: at `pc` and `other_pc`, in either order); the text is asked for when it
  /// is the first there.
  void add(FindingKind kind, const void* pc, const void* other_pc,
           const std::function<std::string()>& text);
  /// Those with a text first, then one for each kind that has more places than are described.
  std::vector<Finding> take();

 private:
  static constexpr std::size_t kMostDescribed = 20;  ///< looking up source lines takes time
  using Key = std::tuple<FindingKind, const void*, const void*>;

  std::mutex mutex_;
  std::map<Key, std::size_t> places_;  ///< to their index in findings_
  std::vector<Finding> findings_;
};

}  // namespace nanopneumo::profiler

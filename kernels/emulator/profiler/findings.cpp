#include "kernels/emulator/profiler/findings.h"

#include <algorithm>
#include <utility>

namespace nanopneumo::profiler {

void Findings::add(FindingKind kind, const void* pc, const void* other_pc,
                   const std::function<std::string()>& text) {
  const std::lock_guard lock(mutex_);
  const auto [first, second] = std::minmax(pc, other_pc);
  const auto [place, is_new] = places_.try_emplace({kind, first, second}, findings_.size());
  if (!is_new) {
    ++findings_[place->second].count;
    return;
  }
  findings_.push_back(
      {kind, findings_.size() < kMostDescribed ? text() : "at a further place, not described"});
}

std::vector<Finding> Findings::take() {
  places_.clear();
  return std::exchange(findings_, {});
}

}  // namespace nanopneumo::profiler

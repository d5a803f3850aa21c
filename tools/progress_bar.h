// How long work shows how far it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace nanopneumo {

/// A bar with rate and remaining time on a terminal; elsewhere a plain line now and then. Writes to
/// standard output.
class ProgressBar {
 public:
  /// `what` stands before the bar; rates are printed in `unit` per second; a step of the bar counts
  /// for `units_per_step` of them.
  ProgressBar(std::string what, std::string unit, double units_per_step = 1);
  /// Work that was left off leaves no bar behind.
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Shows that `done` of `total` steps (0: nobody knows) are complete, with `note` (a loss, say) behind it.
  void update(std::int64_t done, std::int64_t total, const std::string& note = "");
  /// Removes the bar from the terminal.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_, unit_;
  double units_per_step_;
  bool terminal_;
  Clock::time_point start_, last_shown_;
  std::int64_t first_done_ = -1;  ///< a resumed epoch does not begin at 0
  bool shown_ = false;
};

/// "1:05", "2:03:00".
std::string clock_text(double seconds);

}  // namespace nanopneumo

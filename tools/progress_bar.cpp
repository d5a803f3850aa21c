#include "tools/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace nanopneumo {
namespace {

constexpr int kCells = 24;
constexpr double kRedrawSeconds = 0.1;
constexpr double kPlainLineSeconds = 20;

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::string clock_text(double total) {
  const auto s = static_cast<std::int64_t>(total + 0.5);
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

ProgressBar::ProgressBar(std::string what, std::string unit, double units_per_step)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      units_per_step_(units_per_step),
      terminal_(isatty(STDOUT_FILENO) == 1),
      start_(Clock::now()),
      last_shown_(start_) {}

void ProgressBar::update(std::int64_t done, std::int64_t total, const std::string& note) {
  if (first_done_ < 0) first_done_ = std::max<std::int64_t>(done - 1, 0);
  const auto now = Clock::now();
  const double since_shown = seconds(now - last_shown_);
  if (since_shown < (terminal_ ? kRedrawSeconds : kPlainLineSeconds)) return;
  last_shown_ = now;
  const double elapsed = seconds(now - start_);
  const double steps_per_second = static_cast<double>(done - first_done_) / elapsed;
  const double units_per_second = steps_per_second * units_per_step_;
  std::string rate =
      fmt::format("{}{}  {:.1f} {}/s", done, total > 0 ? fmt::format("/{}", total) : "",
                  units_per_second, unit_);
  if (total > 0 && steps_per_second > 0)  // before that nobody knows
    rate +=
        fmt::format("  {} left", clock_text(static_cast<double>(total - done) / steps_per_second));
  if (terminal_) {
    const auto filled = static_cast<int>(total > 0 ? kCells * done / total : 0);
    std::string bar;
    for (int i = 0; i < kCells; ++i) bar += i < filled ? "█" : "·";
    fmt::print("\r\x1b[K{} {} {}  {}", what_, bar, rate, note);
    shown_ = true;
  } else {
    fmt::print("{}: {}  {}\n", what_, rate, note);
  }
  std::fflush(stdout);
}

void ProgressBar::clear() {
  if (!shown_) return;
  fmt::print("\r\x1b[K");
  std::fflush(stdout);
  shown_ = false;
}

}  // namespace nanopneumo

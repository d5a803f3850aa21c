#include "tools/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "tools/terminal.h"

namespace nanopneumo {
namespace {

constexpr int kMostCells = 24, kFewestCells = 8;
constexpr double kRedrawSeconds = 0.1;
constexpr double kPlainLineSeconds = 20;

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// With a blank behind it, in at most so many cells; nothing where these are too few.
std::string bar_of(std::int64_t done, std::int64_t total, std::int64_t room) {
  const std::int64_t cells = std::min<std::int64_t>(kMostCells, room);
  if (cells < kFewestCells) return "";
  const std::int64_t filled = total > 0 ? cells * done / total : 0;
  std::string bar;
  for (std::int64_t i = 0; i < cells; ++i) bar += i < filled ? "█" : "·";
  return bar + " ";
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
      terminal_(is_terminal()),
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
    // A line that wraps could not be taken back.
    const auto columns = static_cast<std::int64_t>(terminal_size().columns) - 1;
    const std::string words = fmt::format("{}  {}", rate, note);
    const std::string bar =
        bar_of(done, total, columns - std::ssize(what_) - std::ssize(words) - 2);
    fmt::print("\r\x1b[K{}", first_characters(fmt::format("{} {}{}", what_, bar, words),
                                              static_cast<std::size_t>(columns)));
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

#include "tools/reproduce/run_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "tools/terminal.h"

namespace nanopneumo {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};

}  // namespace

RunTable::RunTable(std::vector<Row> rows) : rows_(std::move(rows)), terminal_(is_terminal()) {}

std::vector<std::string> RunTable::lines(std::size_t first, std::size_t count) const {
  std::size_t width = 3;
  for (const Row& row : rows_) width = std::max(width, row.name.size());
  std::vector<std::string> lines{
      fmt::format("{:<{}}  {:>9}  {:>6}  {:>8}", "run", width, "accuracy", "AUC", "time")};
  for (std::size_t i = first; i < first + count; ++i) {
    const Row& row = rows_[i];
    lines.push_back(fmt::format("{:<{}}  {:>9}  {:>6}  {:>8}  {}", row.name, width, row.accuracy,
                                row.auc, row.time, row.state));
  }
  return lines;
}

void RunTable::redraw(bool now) {
  if (!terminal_) return;
  const auto time = std::chrono::steady_clock::now();
  if (!now && time - last_drawn_ < kBetweenDraws) return;
  last_drawn_ = time;
  erase();
  // Lines that wrap or scroll away could not be taken back: the rows around the one at work are shown, cut
  // to the terminal.
  const TerminalSize size = terminal_size();
  const std::size_t count = std::min(rows_.size(), size.rows - 2);
  const auto waiting = static_cast<std::size_t>(
      std::ranges::find(rows_, std::string(kWaiting), &Row::state) - rows_.begin());
  const std::size_t first = std::min(waiting > count ? waiting - count : 0, rows_.size() - count);
  for (const std::string& line : lines(first, count))
    fmt::print("{}\n", first_characters(line, size.columns - 1));
  std::fflush(stdout);
  lines_shown_ = static_cast<int>(count) + 1;
}

void RunTable::erase() {
  if (lines_shown_ == 0) return;
  fmt::print("\x1b[{}A\x1b[J", lines_shown_);
  lines_shown_ = 0;
}

void RunTable::print() {
  erase();
  for (const std::string& line : lines(0, rows_.size())) fmt::print("{}\n", line);
  std::fflush(stdout);
}

}  // namespace nanopneumo

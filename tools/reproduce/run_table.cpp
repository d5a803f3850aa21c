#include "tools/reproduce/run_table.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace nanopneumo {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};

}  // namespace

RunTable::RunTable(std::vector<Row> rows)
    : rows_(std::move(rows)), terminal_(isatty(STDOUT_FILENO) == 1) {}

std::string RunTable::text() const {
  std::size_t width = 3;
  for (const Row& row : rows_) width = std::max(width, row.name.size());
  std::string text =
      fmt::format("{:<{}}  {:>9}  {:>6}  {:>8}  {}\n", "run", width, "accuracy", "AUC", "time", "");
  for (const Row& row : rows_)
    text += fmt::format("{:<{}}  {:>9}  {:>6}  {:>8}  {}\n", row.name, width, row.accuracy, row.auc,
                        row.time, row.state);
  return text;
}

void RunTable::redraw(bool now) {
  if (!terminal_) return;
  const auto time = std::chrono::steady_clock::now();
  if (!now && time - last_drawn_ < kBetweenDraws) return;
  last_drawn_ = time;
  erase();
  fmt::print("{}", text());
  std::fflush(stdout);
  lines_shown_ = static_cast<int>(rows_.size()) + 1;
}

void RunTable::erase() {
  if (lines_shown_ == 0) return;
  fmt::print("\x1b[{}A\x1b[J", lines_shown_);
  lines_shown_ = 0;
}

void RunTable::print() {
  erase();
  fmt::print("{}", text());
  std::fflush(stdout);
}

}  // namespace nanopneumo

#include "tools/bench/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace nanopneumo::bench {
namespace {

bool is_number(const std::string& cell) {
  return cell.find_first_not_of("0123456789.,-+%xe ") == std::string::npos;
}

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

std::string joined(const std::vector<std::string>& cells, const std::string& separator) {
  return fmt::format("{}", fmt::join(cells, separator));
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  if (cells.size() != columns_.size())
    throw std::logic_error(
        fmt::format("a row of {} cells in a table of {} columns", cells.size(), columns_.size()));
  rows_.push_back(std::move(cells));
}

std::string Table::padded(const std::string& separator, const std::string& margin) const {
  std::vector<std::size_t> widths;
  std::vector<bool> right;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = columns_[c].size();
    bool numbers = true;
    for (const auto& row : rows_) {
      width = std::max(width, row[c].size());
      numbers = numbers && is_number(row[c]);
    }
    widths.push_back(width);
    right.push_back(numbers);
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::vector<std::string> aligned;
    for (std::size_t c = 0; c < cells.size(); ++c)
      aligned.push_back(right[c] ? fmt::format("{:>{}}", cells[c], widths[c])
                                 : fmt::format("{:<{}}", cells[c], widths[c]));
    std::string text = margin + joined(aligned, separator);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + (margin.empty() ? "\n" : " |\n");
  };
  std::string text = line(columns_);
  if (!margin.empty()) {
    std::vector<std::string> rules;
    for (std::size_t c = 0; c < columns_.size(); ++c)
      rules.push_back(right[c] ? std::string(widths[c] - 1, '-') + ":"
                               : std::string(widths[c], '-'));
    text += line(rules);
  }
  for (const auto& row : rows_) text += line(row);
  return text;
}

std::string Table::text() const { return padded("  ", ""); }
std::string Table::markdown() const { return padded(" | ", "| "); }

std::string Table::csv() const {
  const auto line = [](const std::vector<std::string>& cells) {
    std::vector<std::string> safe;
    for (const std::string& cell : cells) safe.push_back(quoted(cell));
    return joined(safe, ",") + "\n";
  };
  std::string text = line(columns_);
  for (const auto& row : rows_) text += line(row);
  return text;
}

}  // namespace nanopneumo::bench

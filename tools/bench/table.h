// Rows of figures: aligned on the terminal, as Markdown in documents, as CSV for programs.
#pragma once

#include <string>
#include <vector>

namespace nanopneumo::bench {

class Table {
 public:
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  /// Throws std::logic_error where the number of cells is not that of the columns.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  /// Columns of text to the left, of numbers to the right.
  std::string text() const;
  std::string markdown() const;
  /// RFC 4180: cells with commas or quotes are quoted.
  std::string csv() const;

 private:
  std::string padded(const std::string& separator, const std::string& margin) const;

  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace nanopneumo::bench

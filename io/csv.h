// Tables of comma-separated values (RFC 4180).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nanopneumo {

/// `text` as a field: in quotation marks where it holds a comma, a quotation mark or the end of a
/// line.
std::string csv_field(std::string_view text);

/// A table whose first row names its columns.
class CsvTable {
 public:
  /// Throws InputError where the file cannot be read, has no first row, an open quotation mark, or
  /// a row with another number of fields than the first. A last row without its end of line was
  /// being written when the program was killed, and is left out.
  static CsvTable read(const std::filesystem::path& file);

  std::size_t rows() const { return cells_.size(); }
  bool has(std::string_view column) const;

  /// Throws InputError, naming file and column, where there is none of that name.
  const std::string& text(std::size_t row, std::string_view column) const;
  /// The field as a number; throws InputError where it is none, or not finite.
  double number(std::size_t row, std::string_view column) const;

 private:
  std::size_t index_of(std::string_view column) const;

  std::string file_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> cells_;
};

}  // namespace nanopneumo

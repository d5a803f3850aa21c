// Tables of comma-separated values (RFC 4180).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nanopneumo {

/// `text` as a field: in quotation marks where it holds a comma, a quotation mark or the end of a
/// line.
std::string csv_field(std::string_view text);

/// The fields of a table's rows, one after another. They lie in one text: a file of nothing but commas has as
/// many fields as bytes, and a std::string is 32.
struct CsvFields {
  std::string text;
  std::vector<std::uint32_t> ends;  ///< of each field in `text`
  std::size_t columns = 0;          ///< in each row

  std::string_view at(std::size_t row, std::size_t column) const;
};

/// A table whose first row names its columns.
class CsvTable {
 public:
  /// Throws InputError where the file cannot be read, has no first row, an open quotation mark, or
  /// a row with another number of fields than the first, or more than a thousand. A last row without its end of line was
  /// being written when the program was killed, and is left out.
  static CsvTable read(const std::filesystem::path& file);

  std::size_t rows() const { return fields_.ends.size() / fields_.columns - 1; }
  bool has(std::string_view column) const;

  /// Throws InputError, naming file and column, where there is none of that name.
  std::string_view text(std::size_t row, std::string_view column) const;
  /// The field as a number; throws InputError where it is none, or not finite.
  double number(std::size_t row, std::string_view column) const;

 private:
  std::optional<std::size_t> find(std::string_view column) const;

  std::string file_;
  CsvFields fields_;  ///< the first row's are the columns' names
};

}  // namespace nanopneumo

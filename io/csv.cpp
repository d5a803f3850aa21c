#include "io/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "io/file_bytes.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;

/// The complete rows of `text`. Throws InputError for a quotation mark that is not closed.
std::vector<std::vector<std::string>> split(std::string_view text, const std::string& file) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        row.back() += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        row.back() += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      row.emplace_back();
    } else if (c == '\n') {
      rows.push_back(std::move(row));
      row.assign(1, {});
    } else if (c != '\r') {
      row.back() += c;
    }
  }
  if (quoted)
    throw_input_error("{} has a quotation mark that is not closed; restore the file", file);
  return rows;
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

CsvTable CsvTable::read(const std::filesystem::path& file) {
  CsvTable table;
  table.file_ = shown(file);
  table.cells_ = split(read_file_bytes(file, kMaxBytes), table.file_);
  if (table.cells_.empty())
    throw_input_error("{} has no row that names its columns; restore the file", table.file_);
  table.columns_ = std::move(table.cells_.front());
  table.cells_.erase(table.cells_.begin());
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.cells_[row].size() != table.columns_.size())
      throw_input_error("{}: row {} has {} fields where the first has {}; restore the file",
                        table.file_, row + 2, table.cells_[row].size(), table.columns_.size());
  return table;
}

bool CsvTable::has(std::string_view column) const {
  return std::ranges::find(columns_, column) != columns_.end();
}

std::size_t CsvTable::index_of(std::string_view column) const {
  const auto found = std::ranges::find(columns_, column);
  if (found == columns_.end())
    throw_input_error(
        "{} has no column \"{}\"; it is of another version of the program: train again", file_,
        column);
  return static_cast<std::size_t>(found - columns_.begin());
}

const std::string& CsvTable::text(std::size_t row, std::string_view column) const {
  return cells_.at(row)[index_of(column)];
}

double CsvTable::number(std::size_t row, std::string_view column) const {
  const std::string& field = text(row, column);
  double value = 0;
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value))
    throw_input_error("{}: row {}, column {} holds \"{}\", no number; restore the file", file_,
                      row + 2, column, printable(field));
  return value;
}

}  // namespace nanopneumo

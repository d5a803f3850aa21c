#include "io/csv.h"

#include <charconv>
#include <cmath>

#include "io/file_bytes.h"
#include "io/printable.h"
#include "tensor/errors.h"

namespace nanopneumo {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 28;
constexpr std::size_t kMostColumns = 1000;

/// Takes a table apart. Throws InputError for a quotation mark that is not closed, and for rows of different lengths.
class Splitter {
 public:
  explicit Splitter(const std::string& file) : file_(file) {}

  /// The fields of the complete rows of `text`.
  CsvFields split(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (quoted) {
        if (c != '"') {
          fields_.text += c;
        } else if (i + 1 < text.size() && text[i + 1] == '"') {
          fields_.text += '"';
          ++i;
        } else {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == ',') {
        end_field();
      } else if (c == '\n') {
        end_row();
      } else if (c != '\r') {
        fields_.text += c;
      }
    }
    if (quoted)
      throw_input_error("{} has a quotation mark that is not closed; restore the file", file_);
    fields_.ends.resize(fields_.columns * rows_);
    return std::move(fields_);
  }

 private:
  void end_field() {
    fields_.ends.push_back(static_cast<std::uint32_t>(fields_.text.size()));
    const std::size_t most = rows_ == 0 ? kMostColumns : fields_.columns;
    if (fields_in_row() > most)
      throw_input_error("{}: row {} has more than {} fields; restore the file", file_, rows_ + 1,
                        most);
  }

  void end_row() {
    end_field();
    if (rows_ == 0) fields_.columns = fields_in_row();
    if (fields_in_row() != fields_.columns)
      throw_input_error("{}: row {} has {} fields where the first has {}; restore the file", file_,
                        rows_ + 1, fields_in_row(), fields_.columns);
    ++rows_;
  }

  /// (Before the first row has ended there are no columns, and no rows.)
  std::size_t fields_in_row() const { return fields_.ends.size() - fields_.columns * rows_; }

  const std::string& file_;
  CsvFields fields_;
  std::size_t rows_ = 0;
};

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

std::string_view CsvFields::at(std::size_t row, std::size_t column) const {
  const std::size_t i = row * columns + column;
  const std::size_t begin = i == 0 ? 0 : ends.at(i - 1);
  return std::string_view(text).substr(begin, ends.at(i) - begin);
}

CsvTable CsvTable::read(const std::filesystem::path& file) {
  CsvTable table;
  table.file_ = shown(file);
  table.fields_ = Splitter(table.file_).split(read_file_bytes(file, kMaxBytes));
  if (table.fields_.ends.empty())
    throw_input_error("{} has no row that names its columns; restore the file", table.file_);
  return table;
}

std::optional<std::size_t> CsvTable::find(std::string_view column) const {
  for (std::size_t i = 0; i < fields_.columns; ++i)
    if (fields_.at(0, i) == column) return i;
  return std::nullopt;
}

bool CsvTable::has(std::string_view column) const { return find(column).has_value(); }

std::string_view CsvTable::text(std::size_t row, std::string_view column) const {
  const std::optional<std::size_t> found = find(column);
  if (!found)
    throw_input_error(
        "{} has no column \"{}\"; it is of another version of the program: train again", file_,
        column);
  return fields_.at(row + 1, *found);
}

double CsvTable::number(std::size_t row, std::string_view column) const {
  const std::string_view field = text(row, column);
  double value = 0;
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value))
    throw_input_error("{}: row {}, column {} holds \"{}\", no number; restore the file", file_,
                      row + 2, column, printable(field));
  return value;
}

}  // namespace nanopneumo

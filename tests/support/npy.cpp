#include "tests/support/npy.h"

#include <cstdint>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw std::runtime_error(path.string() + ": " + why);
}

template <class T>
std::vector<double> widen(std::string_view data, std::size_t elements) {
  std::vector<double> values(elements);
  for (std::size_t i = 0; i < elements; ++i) {
    T value;
    std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
  return values;
}

/// What stands between `before` and the next `after` in the header, a Python dictionary.
std::string field(const std::string& header, std::string_view before, char after) {
  const std::size_t start = header.find(before);
  if (start == std::string::npos) return "";
  const std::size_t begin = start + before.size();
  return header.substr(begin, header.find(after, begin) - begin);
}

/// "250, 250, 3" or "7," or "".
Shape parse_shape(const std::string& text) {
  std::vector<std::int64_t> lengths;
  std::istringstream stream(text);
  for (std::string length; std::getline(stream, length, ',');)
    lengths.push_back(std::stoll(length));
  return Shape(lengths);
}

}  // namespace

NpyArray read_npy(const std::filesystem::path& path) {
  const std::string bytes = file_content(path);
  constexpr std::string_view kMagicAndVersion("\x93NUMPY\x01\x00", 8);
  if (bytes.size() < 10 || !bytes.starts_with(kMagicAndVersion))
    refuse(path, "not an .npy file of format 1.0");
  std::uint16_t header_length = 0;
  std::memcpy(&header_length, bytes.data() + 8, 2);
  if (bytes.size() < 10u + header_length) refuse(path, "truncated header");
  const std::string header = bytes.substr(10, header_length);

  if (header.find("'fortran_order': False") == std::string::npos) refuse(path, "not in C order");
  const std::string type = field(header, "'descr': '", '\'');
  NpyArray array{parse_shape(field(header, "'shape': (", ')')), {}};

  const std::string_view data = std::string_view(bytes).substr(10u + header_length);
  const auto elements = static_cast<std::size_t>(array.shape.elements());
  const std::size_t width = type == "<f4" ? 4 : type == "<f8" ? 8 : type == "|u1" ? 1 : 0;
  if (width == 0) refuse(path, "unknown type " + type);
  if (data.size() != elements * width) refuse(path, "size and shape do not agree");
  if (width == 4) array.values = widen<float>(data, elements);
  if (width == 8) array.values = widen<double>(data, elements);
  if (width == 1) array.values = widen<std::uint8_t>(data, elements);
  return array;
}

}  // namespace nanopneumo::test

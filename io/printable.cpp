#include "io/printable.h"

#include "io/file_bytes.h"

namespace nanopneumo {

std::string printable(std::string_view name) {
  constexpr std::size_t kLongest = 100;
  const std::string text = shown(std::filesystem::path(name.substr(0, kLongest)));
  return name.size() > kLongest ? text + "..." : text;
}

bool is_printable(std::string_view name) { return printable(name) == name; }

}  // namespace nanopneumo

// docs/debugging.md names a line of a kernel and shows the lines at which gdb stops. They move.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(const std::string& line) {
  const std::size_t start = line.find_first_not_of(' ');
  return start == std::string::npos ? "" : line.substr(start);
}

TEST_CASE("the lines of a kernel that debugging.md shows are where it says") {
  const fs::path root = NANOPNEUMO_SOURCE_DIR;
  const std::vector<std::string> kernel = lines_of(root / "kernels/cuda/gemm/register_tiles.h");
  const std::regex breakpoint(R"(.*break register_tiles\.h:(\d+) .*)"),
      shown(R"((\d+) {3,}(\S.*))");
  int breakpoints = 0, stops = 0;
  for (const std::string& line : lines_of(root / "docs/debugging.md")) {
    std::smatch match;
    if (std::regex_match(line, match, breakpoint)) {
      ++breakpoints;
      CHECK(trimmed(kernel.at(std::stoul(match[1]) - 1)).starts_with("sums.add("));
    }
    if (std::regex_match(line, match, shown)) {
      ++stops;
      CHECK(trimmed(kernel.at(std::stoul(match[1]) - 1)) == match[2].str());
    }
  }
  CHECK(breakpoints == 1);
  CHECK(stops == 3);
  count_cases();
}

}  // namespace
}  // namespace nanopneumo::test

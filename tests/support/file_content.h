// What a file holds.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace nanopneumo::test {

/// All bytes of a file, "" where it cannot be read; of a special file such as those in /proc, too. Not by an
/// iterator over its characters: where sanitizers watch it, that takes a second for a few megabytes.
inline std::string file_content(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

}  // namespace nanopneumo::test

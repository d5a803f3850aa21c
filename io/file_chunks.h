// A file's bytes, some at a time.
#pragma once

#include <string_view>
#include <vector>

#include "io/input_file.h"

namespace nanopneumo {

/// Gives `take` the content of a regular file in pieces of at most 1 MiB. Throws InputError as InputFile does.
template <class Take>
void for_each_chunk(const std::filesystem::path& path, const Take& take) {
  const InputFile file(path);
  std::vector<char> chunk(1 << 20);
  while (const std::size_t got = file.read(chunk)) take(std::string_view(chunk.data(), got));
}

}  // namespace nanopneumo

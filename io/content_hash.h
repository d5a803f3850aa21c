// Files that are the same byte for byte.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/dataset_files.h"
#include "io/parallel.h"

namespace nanopneumo {

/// The bytes of a file that may be told apart by their hash.
struct ContentHash {
  std::uint64_t bytes = 0;
  std::string hash;  ///< FNV-1a with 64 bits, 16 hexadecimal digits
  auto operator<=>(const ContentHash&) const = default;
};

/// Of bytes in memory.
ContentHash content_hash(std::string_view bytes);

/// Of each file, in their order. Throws InputError for the first that cannot be read.
std::vector<ContentHash> content_hashes(std::span<const LabelledFile> files, int threads,
                                        const LoadProgress& progress = {});

}  // namespace nanopneumo

#include "io/content_hash.h"

#include "io/file_bytes.h"
#include "io/image.h"
#include "io/safetensors_checksum.h"

namespace nanopneumo {

ContentHash content_hash(std::string_view bytes) {
  Checksum checksum;
  checksum.add(bytes);
  return {bytes.size(), checksum.hex()};
}

std::vector<ContentHash> content_hashes(std::span<const LabelledFile> files, int threads,
                                        const LoadProgress& progress) {
  std::vector<ContentHash> hashes(files.size());
  for_each_index(
      static_cast<std::int64_t>(files.size()), threads,
      [&](std::int64_t i) {
        const auto n = static_cast<std::size_t>(i);
        hashes[n] = content_hash(read_file_bytes(files[n].path, kMaxImageFileBytes));
      },
      progress);
  return hashes;
}

}  // namespace nanopneumo

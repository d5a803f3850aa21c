// Pictures decoded and scaled once, kept as bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/dataset_files.h"
#include "io/large_memory.h"
#include "io/parallel.h"
#include "io/resize.h"

namespace nanopneumo {

/// Pixels (N, height, width, channels). One channel where every picture is gray; a model's three
/// channels are then equal.
struct ImageSet {
  int height = 0;
  int width = 0;
  int channels = 0;
  LargeVector<std::uint8_t> pixels;  ///< a file beyond kMostBytesInRam
  std::vector<std::uint8_t> labels;
  std::vector<std::string> names;  ///< the path as it was given, or "phantom-000012"

  bool is_gray() const { return channels == 1; }
  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t image_bytes() const { return std::int64_t{1} * height * width * channels; }
  /// Pixels (height, width, channels) of picture i.
  std::span<const std::uint8_t> image(std::int64_t i) const {
    return {pixels.data() + i * image_bytes(), static_cast<std::size_t>(image_bytes())};
  }
};

/// Reads and scales `files` on `threads` threads; the result is the same for any number of them.
/// Throws the InputError of the first file, in the order given, that cannot be read, and an
/// InputError where the pictures do not fit into memory.
ImageSet load_images(std::span<const LabelledFile> files, int height, int width,
                     Interpolation interpolation, int threads, const LoadProgress& progress = {});

}  // namespace nanopneumo

#include "io/picture_facts.h"

#include <algorithm>
#include <cmath>

#include "io/file_bytes.h"
#include "io/gray.h"

namespace nanopneumo {
namespace {

/// Whole-number sums, so that the result is the same on every machine.
struct Sums {
  std::int64_t values = 0, squares = 0;
  explicit Sums(std::span<const std::uint8_t> pixels) {
    for (const std::int64_t pixel : pixels) {
      values += pixel;
      squares += pixel * pixel;
    }
  }
};

double mean_spread(const Image& image) {
  if (image.channels == 1) return 0;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    const auto [low, high] =
        std::minmax({image.pixels[i], image.pixels[i + 1], image.pixels[i + 2]});
    sum += high - low;
  }
  return 3 * static_cast<double>(sum) / static_cast<double>(image.pixels.size());
}

}  // namespace

PictureMeasures measure(const Image& image) {
  const Image luma = to_gray(image);
  const Sums gray(luma.pixels);
  const auto n = static_cast<double>(luma.pixels.size());
  const double mean = static_cast<double>(gray.values) / n;
  const double variance = static_cast<double>(gray.squares) / n - mean * mean;
  return {.height = image.height,
          .width = image.width,
          .gray = image.channels == 1,
          .brightness = static_cast<double>(Sums(image.pixels).values) /
                        static_cast<double>(image.pixels.size()),
          .contrast = std::sqrt(std::max(variance, 0.0)),
          .colour = mean_spread(image)};
}

std::vector<PictureFacts> picture_facts(std::span<const LabelledFile> files, int threads,
                                        const LoadProgress& progress) {
  std::vector<PictureFacts> facts(files.size());
  for_each_index(
      static_cast<std::int64_t>(files.size()), threads,
      [&](std::int64_t i) {
        const auto n = static_cast<std::size_t>(i);
        const std::string bytes = read_file_bytes(files[n].path, kMaxImageFileBytes);
        const Image image = decode_image(bytes, files[n].path);
        facts[n] = {content_hash(bytes), measure(image), perceptual_hash(image)};
      },
      progress);
  return facts;
}

}  // namespace nanopneumo

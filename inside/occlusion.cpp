#include "inside/occlusion.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/errors.h"
#include "train/scoring.h"

namespace nanopneumo {
namespace {

/// Covered copies that are in memory at a time.
constexpr std::size_t kCopies = 512;

std::vector<std::uint8_t> mean_levels(std::span<const std::uint8_t> pixels, int channels) {
  std::vector<std::uint8_t> levels;
  const std::size_t stride = static_cast<std::size_t>(channels);
  for (std::size_t c = 0; c < stride; ++c) {
    double sum = 0;
    for (std::size_t i = c; i < pixels.size(); i += stride) sum += pixels[i];
    const double mean = sum / (static_cast<double>(pixels.size()) / channels);
    levels.push_back(static_cast<std::uint8_t>(std::lround(mean)));
  }
  return levels;
}

/// The patches over a picture, row by row.
std::vector<Cover> patch_covers(int height, int width, const Patches& patches) {
  std::vector<Cover> covers;
  for (const int top : patch_starts(height, patches))
    for (const int left : patch_starts(width, patches))
      covers.push_back({{top, left, patches.size, patches.size}});
  return covers;
}

}  // namespace

ImageSet covered(const ImageSet& pictures, std::int64_t i, std::span<const Cover> covers) {
  const std::span<const std::uint8_t> picture = pictures.image(i);
  const std::vector<std::uint8_t> levels = mean_levels(picture, pictures.channels);
  ImageSet copies{pictures.height, pictures.width, pictures.channels, {}, {}, {}};
  copies.pixels.reserve(covers.size() * picture.size());
  for (const Cover& cover : covers) {
    const auto copy = static_cast<std::ptrdiff_t>(copies.pixels.size());
    copies.pixels.insert(copies.pixels.end(), picture.begin(), picture.end());
    for (const Box& box : cover)
      for (int row = box.top; row < box.top + box.height; ++row) {
        auto pixel = copies.pixels.begin() + copy +
                     (std::ptrdiff_t{row} * pictures.width + box.left) * pictures.channels;
        for (int column = 0; column < box.width; ++column)
          pixel = std::ranges::copy(levels, pixel).out;
      }
    copies.labels.push_back(pictures.labels[static_cast<std::size_t>(i)]);
    copies.names.push_back(pictures.names[static_cast<std::size_t>(i)]);
  }
  return copies;
}

std::vector<double> covered_logits(const Network& network, const ImageSet& pictures, std::int64_t i,
                                   std::span<const Cover> covers, int batch,
                                   const std::function<void()>& after_batch) {
  std::vector<double> logits;
  while (logits.size() < covers.size()) {
    const auto some =
        covers.subspan(logits.size(), std::min(kCopies, covers.size() - logits.size()));
    const std::vector<double> more =
        score_images(network, covered(pictures, i, some), batch, [&](auto, auto) {
          after_batch();
          return true;
        });
    logits.insert(logits.end(), more.begin(), more.end());
  }
  return logits;
}

Patches default_patches(int height, int width) {
  const int size = std::max(1, std::min(height, width) / 8);
  return {size, (size + 1) / 2};
}

std::vector<int> patch_starts(int length, const Patches& patches) {
  if (patches.stride < 1 || patches.stride > patches.size || patches.size > length)
    throw_shape_error("patches of {} every {} pixels do not cover a side of {}", patches.size,
                      patches.stride, length);
  std::vector<int> starts;
  for (int start = 0; start < length - patches.size; start += patches.stride)
    starts.push_back(start);
  starts.push_back(length - patches.size);
  return starts;
}

HeatMap occlusion_map(const Network& network, const ImageSet& pictures, std::int64_t i,
                      const Patches& patches, const Score& score, int batch,
                      const std::function<void()>& after_batch) {
  std::vector<Cover> covers = patch_covers(pictures.height, pictures.width, patches);
  covers.push_back({});  // the picture itself
  const std::vector<double> logits =
      covered_logits(network, pictures, i, covers, batch, after_batch);
  const double clear = score(logits.back());

  HeatMap map{pictures.height, pictures.width, {}};
  const auto pixels = static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width);
  std::vector<double> sum(pixels, 0.0), times(pixels, 0.0);
  for (std::size_t k = 0; k + 1 < covers.size(); ++k) {
    const Box& box = covers[k].front();
    for (int row = box.top; row < box.top + box.height; ++row)
      for (int column = box.left; column < box.left + box.width; ++column) {
        const auto pixel = static_cast<std::size_t>(row) * static_cast<std::size_t>(map.width) +
                           static_cast<std::size_t>(column);
        sum[pixel] += clear - score(logits[k]);
        times[pixel] += 1;
      }
  }
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
    map.values.push_back(static_cast<float>(sum[pixel] / times[pixel]));
  return map;
}

}  // namespace nanopneumo

#include "train/augmentation_sheet.h"

#include <algorithm>
#include <cmath>

#include "io/resize.h"
#include "train/batches.h"

namespace nanopneumo {
namespace {

constexpr int kMaxColumns = 4;
constexpr int kMaxSide = 160;
constexpr int kGap = 4;

std::vector<std::int64_t> spread_over(std::int64_t n) {
  const std::int64_t columns = std::min<std::int64_t>(n, kMaxColumns);
  std::vector<std::int64_t> which;
  for (std::int64_t i = 0; i < columns; ++i) which.push_back((2 * i + 1) * n / (2 * columns));
  return which;
}

/// Picture number `i` of x (N, H, W, 3), levels 0..255.
Image picture(std::span<const float> x, const ImageSet& images, std::size_t i) {
  Image image{images.height, images.width, 3, {}};
  const std::size_t size = std::size_t{3} * images.height * images.width;
  for (const float level : x.subspan(i * size, size))
    image.pixels.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0f, 255.0f))));
  return image;
}

Image scaled_down(const Image& image) {
  const double scale =
      std::min(1.0, static_cast<double>(kMaxSide) / std::max(image.height, image.width));
  const auto side = [&](int pixels) { return std::max(1, static_cast<int>(pixels * scale)); };
  return resize(image, side(image.height), side(image.width), Interpolation::bilinear);
}

void paste(const Image& part, Image& sheet, int top, int left) {
  for (int h = 0; h < part.height; ++h)
    std::copy_n(part.pixels.begin() + std::ptrdiff_t{3} * h * part.width, 3 * part.width,
                sheet.pixels.begin() + std::ptrdiff_t{3} * ((top + h) * sheet.width + left));
}

}  // namespace

Image augmentation_sheet(Device& device, const ImageSet& images, const AugmentationRanges& ranges,
                         std::uint64_t seed) {
  const std::vector<std::int64_t> which = spread_over(images.size());
  Batches batches(device, images, kNoPreprocessing);
  std::vector<std::vector<float>> rows{batches.images(which).to_host()};
  for (std::uint32_t epoch = 0; epoch < kAugmentationDraws; ++epoch)
    rows.push_back(batches.training(which, ranges, {1, 1}, seed, epoch).x.to_host());

  const Image cell = scaled_down(picture(rows[0], images, 0));
  const int columns = static_cast<int>(which.size()), lines = static_cast<int>(rows.size());
  Image sheet{lines * (cell.height + kGap) - kGap, columns * (cell.width + kGap) - kGap, 3, {}};
  sheet.pixels.assign(std::size_t{3} * sheet.height * sheet.width, 128);
  for (int line = 0; line < lines; ++line)
    for (int column = 0; column < columns; ++column)
      paste(scaled_down(picture(rows[static_cast<std::size_t>(line)], images,
                                static_cast<std::size_t>(column))),
            sheet, line * (cell.height + kGap), column * (cell.width + kGap));
  return sheet;
}

}  // namespace nanopneumo

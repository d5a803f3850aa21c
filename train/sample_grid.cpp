#include "train/sample_grid.h"

#include <algorithm>
#include <cmath>

#include "train/batches.h"

namespace nanopneumo {
namespace {

constexpr int kColumns = 4, kRows = 4, kGap = 2;

}  // namespace

Image sample_grid(Device& device, const ImageSet& images, const AugmentationRanges& ranges,
                  std::uint64_t seed) {
  std::vector<std::int64_t> order = epoch_order(images.size(), seed, 0);
  order.resize(std::min<std::size_t>(order.size(), kColumns * kRows));
  Batches batches(device, images, kNoPreprocessing);
  const std::vector<float> levels = batches.training(order, ranges, {1, 1}, seed, 0).x.to_host();
  Image grid{.height = kRows * (images.height + kGap) - kGap,
             .width = kColumns * (images.width + kGap) - kGap,
             .channels = 3,
             .pixels = {}};
  grid.pixels.assign(
      static_cast<std::size_t>(grid.height) * static_cast<std::size_t>(grid.width) * 3, 255);
  const auto row_values = static_cast<std::size_t>(images.width) * 3;
  auto from = levels.begin();
  for (std::size_t i = 0; i < order.size(); ++i)
    for (int row = 0; row < images.height; ++row, from += static_cast<std::ptrdiff_t>(row_values)) {
      const std::size_t y = i / kColumns * static_cast<std::size_t>(images.height + kGap) +
                            static_cast<std::size_t>(row);
      const std::size_t x = i % kColumns * static_cast<std::size_t>(images.width + kGap);
      std::transform(from, from + static_cast<std::ptrdiff_t>(row_values),
                     grid.pixels.begin() + static_cast<std::ptrdiff_t>(
                                               (y * static_cast<std::size_t>(grid.width) + x) * 3),
                     [](float level) {
                       return static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.f, 255.f)));
                     });
    }
  return grid;
}

}  // namespace nanopneumo

#include "inside/channel_grid.h"

#include <algorithm>
#include <cmath>

#include "io/resize.h"

namespace nanopneumo {
namespace {

constexpr int kTileSide = 80;  ///< to which small maps are enlarged
constexpr int kGap = 2;
constexpr std::uint8_t kPaper = 200;

struct Maps {
  int height, width, channels;
  std::vector<float> values;
};

Image tile(const Maps& maps, int channel) {
  Image image{maps.height, maps.width, 1, {}};
  std::vector<float> values;
  for (auto i = static_cast<std::size_t>(channel); i < maps.values.size();
       i += static_cast<std::size_t>(maps.channels))
    values.push_back(maps.values[i]);
  const auto [low, high] = std::ranges::minmax(values);
  for (const float value : values)
    image.pixels.push_back(
        high > low ? static_cast<std::uint8_t>(std::lround(255 * (value - low) / (high - low)))
                   : std::uint8_t{0});
  return image;
}

}  // namespace

Image channel_grid(const Tensor<float>& map, int most) {
  const Shape& shape = map.shape();
  if (shape.rank() != 4 || shape[0] != 1 || most < 1)
    throw_shape_error("{} channels of {} cannot be drawn: a map of one picture is wanted", most,
                      shape.str());
  const Maps maps{static_cast<int>(shape[1]), static_cast<int>(shape[2]),
                  static_cast<int>(shape[3]), map.to_host()};
  const int count = std::min(most, maps.channels);
  const int columns = static_cast<int>(std::ceil(std::sqrt(count)));
  const int rows = (count + columns - 1) / columns;
  const int zoom = std::max(1, kTileSide / std::max(maps.height, maps.width));
  const int height = zoom * maps.height, width = zoom * maps.width;

  Image grid{rows * (height + kGap) - kGap, columns * (width + kGap) - kGap, 1, {}};
  grid.pixels.assign(static_cast<std::size_t>(grid.height) * static_cast<std::size_t>(grid.width),
                     kPaper);
  for (int i = 0; i < count; ++i) {
    const Image one = resize(tile(maps, static_cast<int>(std::int64_t{i} * maps.channels / count)),
                             height, width, Interpolation::nearest);
    for (int row = 0; row < height; ++row) {
      const std::ptrdiff_t to = std::ptrdiff_t{i / columns * (height + kGap) + row} * grid.width +
                                i % columns * (width + kGap);
      std::copy_n(one.pixels.begin() + std::ptrdiff_t{row} * width, width,
                  grid.pixels.begin() + to);
    }
  }
  return grid;
}

}  // namespace nanopneumo

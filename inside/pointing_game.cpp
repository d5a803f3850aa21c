#include "inside/pointing_game.h"

#include <fmt/format.h>

#include <algorithm>

#include "layers/random_streams.h"
#include "tensor/errors.h"
#include "train/intervals.h"

namespace nanopneumo {

PointingPhantoms pointing_phantoms(std::int64_t count, int height, int width, std::uint64_t seed) {
  PointingPhantoms result{{height, width, 1, {}, {}, {}}, {}};
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t index =
        std::uint64_t{kPointingStream} << 32 | static_cast<std::uint64_t>(i);
    const Image image = phantom(height, width, 1, seed, index);
    result.pictures.pixels.insert(result.pictures.pixels.end(), image.pixels.begin(),
                                  image.pixels.end());
    result.pictures.labels.push_back(1);
    result.pictures.names.push_back(fmt::format("phantom-{:06}", i));
    result.opacities.push_back(phantom_opacities(height, width, 1, seed, index));
  }
  return result;
}

bool points_at(const Pixel& pixel, std::span<const Opacity> opacities) {
  return std::ranges::any_of(opacities, [&](const Opacity& o) {
    const double y = (pixel.row - o.row) / o.radius_rows;
    const double x = (pixel.column - o.column) / o.radius_columns;
    return x * x + y * y <= 1;
  });
}

PointingResult play_pointing_game(const PointingPhantoms& phantoms,
                                  const std::function<HeatMap(std::int64_t i)>& map_of) {
  const int height = phantoms.pictures.height, width = phantoms.pictures.width;
  const auto pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  std::vector<std::int64_t> hits_of_place(pixels, 0);
  PointingResult result{.n = phantoms.pictures.size()};
  if (result.n == 0) throw_shape_error("the pointing game needs pictures");
  for (std::int64_t i = 0; i < result.n; ++i) {
    const std::vector<Opacity>& opacities = phantoms.opacities[static_cast<std::size_t>(i)];
    result.hits += points_at(peak(map_of(i)), opacities);
    std::size_t place = 0;
    for (int row = 0; row < height; ++row)
      for (int column = 0; column < width; ++column, ++place)
        hits_of_place[place] += points_at({row, column}, opacities);
  }
  double covered = 0;
  for (const std::int64_t hits : hits_of_place) covered += static_cast<double>(hits);
  const auto n = static_cast<double>(result.n);
  result.mean_area = covered / n / static_cast<double>(pixels);
  result.best_fixed_place = static_cast<double>(std::ranges::max(hits_of_place)) / n;
  return result;
}

std::string describe(const PointingResult& result, const std::string& method) {
  const Interval interval = wilson_interval(result.hits, result.n);
  return fmt::format(
      "{}: the maximum lies in an opacity on {} of {} phantoms: {:.3f} (95 % interval {:.3f} to "
      "{:.3f})\nA place at random: {:.3f}; the best place that is always the same: {:.3f}\n",
      method, result.hits, result.n,
      static_cast<double>(result.hits) / static_cast<double>(result.n), interval.low, interval.high,
      result.mean_area, result.best_fixed_place);
}

}  // namespace nanopneumo

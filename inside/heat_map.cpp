#include "inside/heat_map.h"

#include <algorithm>
#include <cmath>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// Of what two neighbours a new cell is made, and how much of the second.
struct Between {
  int first, second;
  float share;
};

/// Cell `i` of `length` new ones over `cells` old ones.
Between between(int i, int length, int cells) {
  const double place = (i + 0.5) * cells / length - 0.5;
  const double inside = std::clamp(place, 0.0, static_cast<double>(cells - 1));
  const int first = static_cast<int>(inside);
  return {first, std::min(first + 1, cells - 1), static_cast<float>(inside - first)};
}

}  // namespace

Pixel peak(const HeatMap& map) {
  const auto largest = std::ranges::max_element(map.values) - map.values.begin();
  return {static_cast<int>(largest / map.width), static_cast<int>(largest % map.width)};
}

HeatMap resized(const HeatMap& map, int height, int width) {
  if (map.height < 1 || map.width < 1 || height < 1 || width < 1)
    throw_shape_error("a map of {} x {} cannot be resized to {} x {}", map.height, map.width,
                      height, width);
  HeatMap result{height, width, {}};
  result.values.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  for (int row = 0; row < height; ++row) {
    const Between r = between(row, height, map.height);
    for (int column = 0; column < width; ++column) {
      const Between c = between(column, width, map.width);
      const float above = std::lerp(map.at(r.first, c.first), map.at(r.first, c.second), c.share);
      const float below = std::lerp(map.at(r.second, c.first), map.at(r.second, c.second), c.share);
      result.values.push_back(std::lerp(above, below, r.share));
    }
  }
  return result;
}

}  // namespace nanopneumo

#include "inside/heat_map.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

/// Of what two neighbours a new cell is made, and how much of the second.
struct Between {
  int first, second;
  float share;
  float faded;  ///< 1 where there are cells; less outside
};

/// The cells beside `place` along a side that has `cells`.
Between between(double place, const Axis& axis, int cells) {
  const double cell = (place - axis.first) / axis.step;
  const double inside = std::clamp(cell, 0.0, static_cast<double>(cells - 1));
  const int first = static_cast<int>(inside);
  const double outside = std::abs(cell - inside);
  return {first, std::min(first + 1, cells - 1), static_cast<float>(inside - first),
          static_cast<float>(std::clamp(1.5 - outside, 0.0, 1.0))};
}

/// The middle of pixel `i` of the enlarged picture, in pixels of the picture.
double place_of(int i, int zoom) { return (i + 0.5) / zoom - 0.5; }

int middle_of(const Axis& axis, std::int64_t cell) {
  return static_cast<int>(std::lround(axis.first + axis.step * static_cast<double>(cell)));
}

}  // namespace

Pixel peak(const HeatMap& map) {
  const std::int64_t largest = std::ranges::max_element(map.values) - map.values.begin();
  return {middle_of(map.placement.rows, largest / map.width),
          middle_of(map.placement.columns, largest % map.width)};
}

HeatMap over_picture(const HeatMap& map, int height, int width, int zoom) {
  if (map.height < 1 || map.width < 1 || height < 1 || width < 1 || zoom < 1)
    throw_shape_error("a map of {} x {} cannot be laid over {} x {} pixels, {} times enlarged",
                      map.height, map.width, height, width, zoom);
  HeatMap result{zoom * height, zoom * width, {}};
  for (int row = 0; row < result.height; ++row) {
    const Between r = between(place_of(row, zoom), map.placement.rows, map.height);
    for (int column = 0; column < result.width; ++column) {
      const Between c = between(place_of(column, zoom), map.placement.columns, map.width);
      const float above = std::lerp(map.at(r.first, c.first), map.at(r.first, c.second), c.share);
      const float below = std::lerp(map.at(r.second, c.first), map.at(r.second, c.second), c.share);
      result.values.push_back(std::lerp(above, below, r.share) * r.faded * c.faded);
    }
  }
  return result;
}

}  // namespace nanopneumo

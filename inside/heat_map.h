// A number for every place of a picture.
#pragma once

#include <cstddef>
#include <vector>

namespace nanopneumo {

/// values (height, width), row by row from the top left.
struct HeatMap {
  int height = 0, width = 0;
  std::vector<float> values;

  float at(int row, int column) const {
    return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(column)];
  }
};

/// A place in a map, in pixels.
struct Pixel {
  int row = 0, column = 0;
};

/// A rectangle of pixels.
struct Box {
  int top, left, height, width;
};

/// Where the map is largest; of several such places the first.
Pixel peak(const HeatMap& map);

/// The same map on a grid of `height` x `width`, bilinear between the centres of its cells and constant
/// outside of them. Throws ShapeError for an empty map or grid.
HeatMap resized(const HeatMap& map, int height, int width);

}  // namespace nanopneumo

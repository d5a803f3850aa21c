// A number for every place of a picture.
#pragma once

#include <cstddef>
#include <vector>

namespace nanopneumo {

/// Where cells lie along one side of a picture, in its pixels: cell i has its centre at first + step * i.
struct Axis {
  double first = 0, step = 1;
};

/// Where the cells of a map lie in the picture.
struct Placement {
  Axis rows, columns;
};

/// values (height, width), row by row from the top left. A cell for each pixel unless `placement` says
/// otherwise.
struct HeatMap {
  int height = 0, width = 0;
  std::vector<float> values;
  Placement placement{};

  float at(int row, int column) const {
    return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(column)];
  }
};

/// A place in a picture, in pixels.
struct Pixel {
  int row = 0, column = 0;
};

/// A rectangle of pixels.
struct Box {
  int top, left, height, width;
};

/// The pixel in the middle of the largest cell; of several such cells the first.
Pixel peak(const HeatMap& map);

/// A value for each pixel of the picture, of `height` x `width`, enlarged `zoom` times: bilinear between the
/// centres of the map's cells. Outside of them it is constant for half a cell and fades to 0 over one more:
/// the map says nothing of what lies beyond. Throws ShapeError for an empty map or picture.
HeatMap over_picture(const HeatMap& map, int height, int width, int zoom = 1);

}  // namespace nanopneumo

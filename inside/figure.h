// The pictures that the commands write: an X-ray, what a method makes of it, and a legend.
#pragma once

#include <span>
#include <string>

#include "inside/heat_map.h"
#include "io/image.h"
#include "io/phantoms.h"

namespace nanopneumo {

/// How a map is shown.
enum class Shown {
  amounts_over_picture,  ///< from 0 (the picture itself) to the largest value, in heat colours
  amounts_alone,         ///< the same on the colour of 0; the highest 0.2 % share the last colour
  signs_over_picture     ///< from -max to max in two colours, the picture itself where it is 0
};

/// What is marked in the picture and in the map.
struct Marks {
  std::span<const Opacity> opacities;  ///< outlined, in pixels of the picture
  bool peak = false;                   ///< a cross where the map is largest
};

/// `picture` (gray or RGB) on the left, `map` laid over it in the middle, a legend with the values on
/// the right; small pictures are enlarged. RGB.
Image figure(const Image& picture, const HeatMap& map, Shown shown, const Marks& marks = {});

}  // namespace nanopneumo

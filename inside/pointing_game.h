// The pointing game: does a map's maximum lie on what the network should have found?
#pragma once

#include <functional>
#include <span>
#include <string>

#include "inside/heat_map.h"
#include "io/image_set.h"
#include "io/phantoms.h"

namespace nanopneumo {

/// Positive phantoms and the places of their opacities, in pixels of the pictures.
struct PointingPhantoms {
  ImageSet pictures;
  std::vector<std::vector<Opacity>> opacities;
};

/// `count` phantoms with opacities, of a stream that no training or validation draws from.
PointingPhantoms pointing_phantoms(std::int64_t count, int height, int width, std::uint64_t seed);

/// Whether the pixel's centre lies in one of the ellipses.
bool points_at(const Pixel& pixel, std::span<const Opacity> opacities);

/// Zhang et al. 2016, section 4.2: a map scores a hit where its maximum lies in an object of the class.
struct PointingResult {
  std::int64_t hits = 0, n = 0;
  double mean_area = 0;  ///< share of a picture that its opacities cover: hits of a random place
  /// Share of the pictures that the best fixed place hits, chosen with all opacities known.
  double best_fixed_place = 0;
};

/// Asks for the map of each picture.
PointingResult play_pointing_game(const PointingPhantoms& phantoms,
                                  const std::function<HeatMap(std::int64_t i)>& map_of);

/// In two lines, with a 95 % Wilson interval.
std::string describe(const PointingResult& result, const std::string& method);

}  // namespace nanopneumo

// From numbers to colours whose differences look as large as the numbers' are.
#pragma once

#include <array>
#include <cstdint>

namespace nanopneumo {

using Colour = std::array<std::uint8_t, 3>;  ///< sRGB

/// A place in OKLab (Ottosson 2020), a space in which equal distances look equal, in polar coordinates.
struct PerceivedColour {
  double lightness;  ///< 0 black to 1 white
  double chroma;     ///< 0 gray
  double hue;        ///< degrees
};

/// The sRGB colour; where a screen cannot show it, one of less chroma with the same lightness and hue.
Colour to_srgb(const PerceivedColour& colour);

/// For amounts t in [0, 1]: lightness climbs evenly from a dark violet over red to a light yellow, so that
/// the order of two colours can also be seen in gray and with any colour blindness. Values outside are
/// clamped.
Colour heat_colour(double t);

/// For signed amounts t in [-1, 1]: blue below, orange above, light gray at 0, both sides as dark as each
/// other.
Colour signed_colour(double t);

}  // namespace nanopneumo

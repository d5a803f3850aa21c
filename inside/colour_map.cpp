#include "inside/colour_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nanopneumo {
namespace {

using Linear = std::array<double, 3>;  ///< RGB in proportion to light

double cubed(double x) { return x * x * x; }

Linear to_linear(const PerceivedColour& colour) {
  const double angle = colour.hue * std::numbers::pi / 180;
  const double L = colour.lightness;
  const double a = colour.chroma * std::cos(angle), b = colour.chroma * std::sin(angle);
  const double l = cubed(L + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cubed(L - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cubed(L - 0.0894841775 * a - 1.2914855480 * b);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

bool can_be_shown(const Linear& colour) {
  return std::ranges::all_of(colour, [](double c) { return c >= -1e-9 && c <= 1 + 1e-9; });
}

/// IEC 61966-2-1.
std::uint8_t encoded(double linear) {
  const double x = std::clamp(linear, 0.0, 1.0);
  const double level = x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(255 * level));
}

}  // namespace

Colour to_srgb(const PerceivedColour& colour) {
  PerceivedColour shown = colour;
  if (!can_be_shown(to_linear(colour))) {
    constexpr int kHalvings = 20;
    double low = 0, high = colour.chroma;
    for (int i = 0; i < kHalvings; ++i) {
      shown.chroma = 0.5 * (low + high);
      (can_be_shown(to_linear(shown)) ? low : high) = shown.chroma;
    }
    shown.chroma = low;
  }
  const Linear linear = to_linear(shown);
  return {encoded(linear[0]), encoded(linear[1]), encoded(linear[2])};
}

Colour heat_colour(double t) {
  const double x = std::clamp(t, 0.0, 1.0);
  return to_srgb({.lightness = std::lerp(0.22, 0.95, x),
                  .chroma = 0.08 + 0.12 * std::sin(std::numbers::pi * x),
                  .hue = std::lerp(-70.0, 105.0, x)});
}

Colour signed_colour(double t) {
  const double x = std::clamp(t, -1.0, 1.0);
  const double amount = std::abs(x);
  return to_srgb({.lightness = std::lerp(0.94, 0.55, amount),
                  .chroma = 0.19 * amount,
                  .hue = x < 0 ? 258.0 : 45.0});
}

}  // namespace nanopneumo

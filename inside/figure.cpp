#include "inside/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "inside/canvas.h"
#include "io/resize.h"

namespace nanopneumo {
namespace {

constexpr int kWantedSide = 320;  ///< to which small pictures are enlarged
constexpr int kGap = 10, kLegendWidth = 18, kLabelWidth = 60;
constexpr Colour kPaper = {255, 255, 255}, kInk = {40, 40, 40};
constexpr Colour kOutline = {90, 220, 255}, kCross = {255, 255, 255};

/// Values of a map as shares of the end of the scale.
struct Scale {
  double end;
  bool is_signed;

  double share(double value) const {
    return end > 0 ? std::clamp(value / end, is_signed ? -1.0 : 0.0, 1.0) : 0.0;
  }
  Colour colour(double share) const {
    return is_signed ? signed_colour(share) : heat_colour(share);
  }
};

Scale scale_of(const HeatMap& map, Shown shown) {
  std::vector<float> values = map.values;
  for (float& value : values) value = std::abs(value);
  const double left_out = shown == Shown::amounts_alone ? 0.002 : 0;
  const auto rank =
      static_cast<std::ptrdiff_t>((1 - left_out) * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + rank);
  return {values[static_cast<std::size_t>(rank)], shown == Shown::signs_over_picture};
}

Colour mixed(const Colour& below, const Colour& above, double opacity) {
  Colour result;
  for (std::size_t c = 0; c < result.size(); ++c)
    result[c] = static_cast<std::uint8_t>(
        std::lround(std::lerp(double(below[c]), double(above[c]), opacity)));
  return result;
}

/// The map in colours over `picture` (RGB, of the same size). What is near 0 lets the picture through.
Image coloured(const Image& picture, const HeatMap& map, const Scale& scale, Shown shown) {
  constexpr double kMostOpaque = 0.75;
  Image result = picture;
  for (std::size_t i = 0; i < map.values.size(); ++i) {
    const double share = scale.share(map.values[i]);
    const std::uint8_t* p = picture.pixels.data() + 3 * i;
    const double opacity =
        shown == Shown::amounts_alone ? 1 : kMostOpaque * std::sqrt(std::abs(share));
    std::ranges::copy(mixed({p[0], p[1], p[2]}, scale.colour(share), opacity),
                      result.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i));
  }
  return result;
}

std::string label(double value) {
  return value == 0 ? "0" : fmt::format("{:.{}g}", value, std::abs(value) < 1e-3 ? 2 : 3);
}

void draw_legend(Image& canvas, int left, const Scale& scale) {
  const int height = canvas.height;
  for (int row = 0; row < height; ++row) {
    const double from_below = 1 - static_cast<double>(row) / (height - 1);
    const double share = scale.is_signed ? 2 * from_below - 1 : from_below;
    fill(canvas, {row, left, 1, kLegendWidth}, scale.colour(share));
  }
  const int text = left + kLegendWidth + 5, top = 1, bottom = height - kTextHeight - 1;
  draw_number(canvas, top, text, label(scale.end), kInk);
  if (scale.is_signed) draw_number(canvas, bottom / 2, text, "0", kInk);
  draw_number(canvas, bottom, text, label(scale.is_signed ? -scale.end : 0), kInk);
}

void draw_marks(Image& panel, const HeatMap& map, const Marks& marks, int zoom, bool with_peak) {
  for (const Opacity& o : marks.opacities)
    draw_ellipse(panel, zoom * (o.row + 0.5), zoom * (o.column + 0.5), zoom * o.radius_rows,
                 zoom * o.radius_columns, kOutline);
  if (!with_peak || !marks.peak) return;
  const Pixel middle = peak(map);
  draw_cross(panel, {zoom * middle.row + zoom / 2, zoom * middle.column + zoom / 2},
             panel.height / 24, kCross);
}

}  // namespace

Image figure(const Image& picture, const HeatMap& map, Shown shown, const Marks& marks) {
  const int side = std::max(picture.height, picture.width);
  const int zoom = std::max(1, (kWantedSide + side - 1) / side);
  const int height = zoom * picture.height, width = zoom * picture.width;
  const Scale scale = scale_of(map, shown);
  const HeatMap stretched = over_picture(map, picture.height, picture.width, zoom);

  Image original = to_rgb(resize(picture, height, width, Interpolation::bilinear));
  Image overlay = coloured(original, stretched, scale, shown);
  draw_marks(original, map, marks, zoom, false);
  draw_marks(overlay, map, marks, zoom, true);

  Image canvas = blank(height, 2 * (width + kGap) + kLegendWidth + kLabelWidth, kPaper);
  paste(canvas, original, 0, 0);
  paste(canvas, overlay, 0, width + kGap);
  draw_legend(canvas, 2 * (width + kGap), scale);
  return canvas;
}

}  // namespace nanopneumo

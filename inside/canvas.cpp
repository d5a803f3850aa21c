#include "inside/canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace nanopneumo {
namespace {

struct Glyph {
  char character;
  std::array<std::uint8_t, 5> rows;  ///< three pixels each, the left one in bit 2
};

constexpr std::array kGlyphs = {
    Glyph{'0', {7, 5, 5, 5, 7}}, Glyph{'1', {2, 6, 2, 2, 7}}, Glyph{'2', {7, 1, 7, 4, 7}},
    Glyph{'3', {7, 1, 3, 1, 7}}, Glyph{'4', {5, 5, 7, 1, 1}}, Glyph{'5', {7, 4, 7, 1, 7}},
    Glyph{'6', {7, 4, 7, 5, 7}}, Glyph{'7', {7, 1, 2, 2, 2}}, Glyph{'8', {7, 5, 7, 5, 7}},
    Glyph{'9', {7, 5, 7, 1, 7}}, Glyph{'-', {0, 0, 7, 0, 0}}, Glyph{'+', {0, 2, 7, 2, 0}},
    Glyph{'.', {0, 0, 0, 0, 2}}, Glyph{'e', {0, 3, 7, 4, 3}}};

constexpr int kGlyphScale = 2;

}  // namespace

Image blank(int height, int width, const Colour& colour) {
  Image canvas{height, width, 3, {}};
  canvas.pixels.resize(std::size_t{3} * static_cast<std::size_t>(height) *
                       static_cast<std::size_t>(width));
  fill(canvas, {0, 0, height, width}, colour);
  return canvas;
}

void set_pixel(Image& canvas, int row, int column, const Colour& colour) {
  if (row < 0 || column < 0 || row >= canvas.height || column >= canvas.width) return;
  const std::size_t place = static_cast<std::size_t>(row) * static_cast<std::size_t>(canvas.width) +
                            static_cast<std::size_t>(column);
  std::ranges::copy(colour, canvas.pixels.begin() + static_cast<std::ptrdiff_t>(3 * place));
}

void fill(Image& canvas, const Box& box, const Colour& colour) {
  for (int row = box.top; row < box.top + box.height; ++row)
    for (int column = box.left; column < box.left + box.width; ++column)
      set_pixel(canvas, row, column, colour);
}

void paste(Image& canvas, const Image& picture, int top, int left) {
  const auto channels = static_cast<std::size_t>(picture.channels);
  std::size_t i = 0;
  for (int row = 0; row < picture.height; ++row)
    for (int column = 0; column < picture.width; ++column, i += channels) {
      const std::uint8_t* p = picture.pixels.data() + i;
      set_pixel(canvas, top + row, left + column,
                channels == 3 ? Colour{p[0], p[1], p[2]} : Colour{p[0], p[0], p[0]});
    }
}

void draw_ellipse(Image& canvas, double row, double column, double radius_rows,
                  double radius_columns, const Colour& colour) {
  const int steps = static_cast<int>(std::ceil(8 * (radius_rows + radius_columns)));
  for (int i = 0; i < steps; ++i) {
    const double angle = 2 * std::numbers::pi * i / steps;
    const int y = static_cast<int>(std::lround(row + radius_rows * std::sin(angle)));
    const int x = static_cast<int>(std::lround(column + radius_columns * std::cos(angle)));
    fill(canvas, {y, x, 2, 2}, colour);
  }
}

void draw_cross(Image& canvas, const Pixel& middle, int arm, const Colour& colour) {
  const int gap = arm / 3, length = arm - gap;
  fill(canvas, {middle.row, middle.column - arm, 2, length}, colour);
  fill(canvas, {middle.row, middle.column + gap, 2, length}, colour);
  fill(canvas, {middle.row - arm, middle.column, length, 2}, colour);
  fill(canvas, {middle.row + gap, middle.column, length, 2}, colour);
}

void draw_number(Image& canvas, int top, int left, std::string_view text, const Colour& colour) {
  for (const char character : text) {
    const auto* const glyph = std::ranges::find(kGlyphs, character, &Glyph::character);
    if (glyph != kGlyphs.end())
      for (int row = 0; row < 5; ++row)
        for (int column = 0; column < 3; ++column)
          if (glyph->rows[static_cast<std::size_t>(row)] >> (2 - column) & 1)
            fill(canvas,
                 {top + kGlyphScale * row, left + kGlyphScale * column, kGlyphScale, kGlyphScale},
                 colour);
    left += kGlyphAdvance;
  }
}

}  // namespace nanopneumo

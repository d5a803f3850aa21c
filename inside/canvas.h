// Drawing into an RGB picture.
#pragma once

#include <string_view>

#include "inside/colour_map.h"
#include "inside/heat_map.h"
#include "io/image.h"

namespace nanopneumo {

/// An RGB picture of one colour.
Image blank(int height, int width, const Colour& colour);

/// Sets one pixel; outside of the picture nothing happens.
void set_pixel(Image& canvas, int row, int column, const Colour& colour);
/// Sets the pixels of a box, in pixels of the canvas, as far as it lies in the picture.
void fill(Image& canvas, const Box& box, const Colour& colour);

/// Copies `picture` (gray or RGB) with its top left corner at (top, left).
void paste(Image& canvas, const Image& picture, int top, int left);

/// The outline of an axis-parallel ellipse, two pixels wide, centre and radii in pixels.
void draw_ellipse(Image& canvas, double row, double column, double radius_rows,
                  double radius_columns, const Colour& colour);
/// An upright cross whose arms leave the middle free.
void draw_cross(Image& canvas, const Pixel& middle, int arm, const Colour& colour);

inline constexpr int kTextHeight = 10, kGlyphAdvance = 8;
/// Digits, '-', '+', '.', 'e' and blanks, kTextHeight pixels high; other characters are left out.
void draw_number(Image& canvas, int top, int left, std::string_view text, const Colour& colour);

}  // namespace nanopneumo

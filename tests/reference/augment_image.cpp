// Keras' ImageDataGenerator.apply_transform, then preprocessing.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tests/reference/loops.h"
#include "tests/reference/preprocess.h"
#include "tests/reference/reference_ops.h"

namespace nanopneumo::test::reference {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix product{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 3; ++k) product[i][j] += a[i][k] * b[k][j];
  return product;
}

Matrix translation(double x, double y) { return {{{1, 0, x}, {0, 1, y}, {0, 0, 1}}}; }

/// Output position (row, column, 1) -> input position. Keras composes the map with x before y,
/// turns it about (H/2 - 1/2, W/2 - 1/2) in that order, and only then exchanges the axes: so in an
/// image that is not square the centre has its coordinates exchanged, too.
Matrix output_to_input(const ImageTransform& t, int H, int W) {
  const double theta = t.theta * std::numbers::pi / 180, shear = t.shear * std::numbers::pi / 180;
  const Matrix rotation = {
      {{std::cos(theta), -std::sin(theta), 0}, {std::sin(theta), std::cos(theta), 0}, {0, 0, 1}}};
  const Matrix shearing = {{{1, -std::sin(shear), 0}, {0, std::cos(shear), 0}, {0, 0, 1}}};
  const Matrix zoom = {{{t.zx, 0, 0}, {0, t.zy, 0}, {0, 0, 1}}};
  const double centre_x = H / 2.0 - 0.5, centre_y = W / 2.0 - 0.5;
  const Matrix xy = translation(centre_x, centre_y) * rotation * translation(t.tx, t.ty) *
                    shearing * zoom * translation(-centre_x, -centre_y);
  const Matrix exchange = {{{0, 1, 0}, {1, 0, 0}, {0, 0, 1}}};
  return exchange * xy * exchange;
}

/// The level at (row, column) of channel c, linear between the four pixels around it; outside the
/// image the nearest pixel counts. Keras keeps levels as float32.
float interpolate(const ImageDims& d, const std::uint8_t* image, double row, double column, int c) {
  row = std::clamp(row, 0.0, d.H - 1.0);
  column = std::clamp(column, 0.0, d.W - 1.0);
  const int h = static_cast<int>(row), w = static_cast<int>(column);
  const int next_h = std::min(h + 1, d.H - 1), next_w = std::min(w + 1, d.W - 1);
  const double v = row - h, u = column - w;
  const auto level = [&](int i, int j) -> double {
    return image[pixel(0, i, j, d.H, d.W, d.C) + c];
  };
  return static_cast<float>((1 - v) * ((1 - u) * level(h, w) + u * level(h, next_w)) +
                            v * ((1 - u) * level(next_h, w) + u * level(next_h, next_w)));
}

/// The image becomes whole levels first; then PIL multiplies in float32 and truncates.
float apply_brightness(float level, double brightness) {
  const float product = static_cast<float>(brightness) * std::trunc(level);
  return std::trunc(std::clamp(product, 0.0f, 255.0f));
}

void transform_image(const ImageDims& d, const Preprocessing& preprocessing,
                     const ImageTransform& t, const std::uint8_t* image, double* y) {
  const Matrix map = output_to_input(t, d.H, d.W);
  for (int h = 0; h < d.H; ++h)
    for (int w = 0; w < d.W; ++w) {
      // The flips follow the affine map: output pixel (h, w) shows the mapped image's pixel (i, j).
      const int i = t.flip_vertical ? d.H - 1 - h : h, j = t.flip_horizontal ? d.W - 1 - w : w;
      const double row = map[0][0] * i + map[0][1] * j + map[0][2];
      const double column = map[1][0] * i + map[1][1] * j + map[1][2];
      double rgb[3];
      for (int c = 0; c < 3; ++c) {
        const float level = interpolate(d, image, row, column, d.C == 1 ? 0 : c);
        rgb[c] = t.has_brightness ? apply_brightness(level, t.brightness) : level;
      }
      preprocess_pixel(preprocessing, rgb, y + pixel(0, h, w, d.H, d.W, preprocessing.channels));
    }
}

}  // namespace

void augment_image(Stream&, const ImageDims& d, const Preprocessing& preprocessing,
                   const ImageTransform* transforms, const std::uint8_t* x, double* y) {
  for (int n = 0; n < d.N; ++n)
    transform_image(d, preprocessing, transforms[n], x + pixel(n, 0, 0, d.H, d.W, d.C),
                    y + pixel(n, 0, 0, d.H, d.W, preprocessing.channels));
}

}  // namespace nanopneumo::test::reference

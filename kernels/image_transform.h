// The arithmetic of one pixel of an ImageTransform, shared by every device.
//
// Keras transforms an image with scipy.ndimage.affine_transform(order=1, mode="nearest"):
// positions, weights and sums are float64 and only the result is rounded to float32. The order of
// the operations here is theirs, so the float32 results are equal to the bit wherever the matrix
// is.
#pragma once

#include <cmath>
#include <numbers>

#include "kernels/augmentation.h"
#include "kernels/philox.h"

namespace nanopneumo {

/// Output pixel (i, j) shows the input at row  row[0] i + row[1] j + row[2]  and
/// column  column[0] i + column[1] j + column[2].
struct AffineMap {
  double row[3];
  double column[3];
};

/// True where Keras leaves the pixels alone: no rotation, shift, shear or zoom.
inline bool has_affine(const ImageTransform& t) {
  return t.theta != 0 || t.tx != 0 || t.ty != 0 || t.shear != 0 || t.zx != 1 || t.zy != 1;
}

namespace detail {

struct Matrix3 {
  double at[3][3];
};

inline Matrix3 operator*(const Matrix3& a, const Matrix3& b) {
  Matrix3 product{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 3; ++k) product.at[i][j] += a.at[i][k] * b.at[k][j];
  return product;
}

}  // namespace detail

/// The map of keras.src.legacy.preprocessing.image.apply_affine_transform for an H x W image:
/// rotation, shift, shear and zoom multiplied in this order, moved to the centre (H/2 - 1/2, W/2 -
/// 1/2), and only then x and y swapped. Because the swap comes last, `tx` moves along columns, `ty`
/// along rows, and an image that is not square turns about row W/2 - 1/2, column H/2 - 1/2.
inline AffineMap output_to_input(const ImageTransform& t, int H, int W) {
  using detail::Matrix3;
  constexpr double radians = std::numbers::pi / 180;
  const double theta = t.theta * radians, shear = t.shear * radians;
  const double center_x = H / 2.0 - 0.5, center_y = W / 2.0 - 0.5;
  const Matrix3 rotation{
      {{std::cos(theta), -std::sin(theta), 0}, {std::sin(theta), std::cos(theta), 0}, {0, 0, 1}}};
  const Matrix3 shift{{{1, 0, t.tx}, {0, 1, t.ty}, {0, 0, 1}}};
  const Matrix3 shearing{{{1, -std::sin(shear), 0}, {0, std::cos(shear), 0}, {0, 0, 1}}};
  const Matrix3 zoom{{{t.zx, 0, 0}, {0, t.zy, 0}, {0, 0, 1}}};
  const Matrix3 to_center{{{1, 0, center_x}, {0, 1, center_y}, {0, 0, 1}}};
  const Matrix3 from_center{{{1, 0, -center_x}, {0, 1, -center_y}, {0, 0, 1}}};
  const Matrix3 m = to_center * (rotation * shift * shearing * zoom) * from_center;
  return {{m.at[1][1], m.at[1][0], m.at[1][2]}, {m.at[0][1], m.at[0][0], m.at[0][2]}};
}

/// One axis of a map at output pixel (i, j). It is not formed incrementally along a row: the sum of
/// many rounded steps would differ from scipy's.
NANOPNEUMO_HOST_DEVICE inline double input_position(const double (&axis)[3], int i, int j) {
  return i * axis[0] + j * axis[1] + axis[2];
}

/// The two pixels beside a position along one axis, and their shares.
struct LinearTap {
  int low, high;
  double low_weight, high_weight;
};

/// Positions outside [0, size - 1] take the nearest edge; so does NaN, which keeps every read
/// inside.
NANOPNEUMO_HOST_DEVICE inline LinearTap linear_tap(double position, int size) {
  const double last = size - 1;
  const double not_below = position > 0 ? position : 0;  // in this order without a branch
  const double inside = not_below < last ? not_below : last;
  const int low = static_cast<int>(inside);
  const double low_weight = 1 - (inside - low);
  return {low, low + 1 < size ? low + 1 : low, low_weight, 1 - low_weight};
}

/// Bilinear interpolation between four neighbouring levels, rounded once.
NANOPNEUMO_HOST_DEVICE inline float interpolate(const LinearTap& row, const LinearTap& column,
                                                double low_low, double low_high, double high_low,
                                                double high_high) {
  return static_cast<float>(low_low * row.low_weight * column.low_weight +
                            low_high * row.low_weight * column.high_weight +
                            high_low * row.high_weight * column.low_weight +
                            high_high * row.high_weight * column.high_weight);
}

/// A level of 0..255 times `factor`, in whole levels: truncated before (Keras' array_to_img) and
/// after (PIL's ImageEnhance.Brightness, which multiplies in float32), then clipped to 0..255.
NANOPNEUMO_HOST_DEVICE inline float brighten(float level, float factor) {
  const float scaled = static_cast<float>(static_cast<int>(level)) * factor;
  const float not_below = scaled > 0.0f ? scaled : 0.0f;
  const float clipped = not_below < 255.0f ? not_below : 255.0f;
  return static_cast<float>(static_cast<int>(clipped));
}

}  // namespace nanopneumo

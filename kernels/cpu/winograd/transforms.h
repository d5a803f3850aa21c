// The transforms of F(4x4, 3x3) (A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks",
// 2016, section 4): a 4x4 tile of outputs Y of a 3x3 kernel g over a 6x6 tile of inputs d is
//   Y = A^T [(G g G^T) . (B^T d B)] A,
// 36 multiplications for 144. The interpolation points are 0, +-a, +-b and infinity with a = 5/8 and
// b = 3/2 (as in oneDNN) instead of the paper's 1 and 2: the largest error over random data is a quarter
// and less of theirs, close to that of the plain sum (docs/winograd.md).
//
// The gradients need the transposes: A dY A^T, and G^T W G for the kernel's gradient.
#pragma once

#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu::winograd {

inline constexpr int kTile = 4;        ///< outputs of a tile, in each direction
inline constexpr int kKernel = 3;      ///< R = S
inline constexpr int kPatch = 6;       ///< inputs of a tile: kTile + kKernel - 1
inline constexpr int kPositions = 36;  ///< products of a tile: kPatch * kPatch

namespace points {
inline constexpr float a = 0.625f, b = 1.5f;
inline constexpr float a2 = a * a, b2 = b * b, a3 = a * a2, b3 = b * b2;  // exact in float
// 1 / M'(point) of M(x) = x (x^2 - a^2) (x^2 - b^2)
inline constexpr float n0 = 1 / (a2 * b2);
inline constexpr float na = 1 / (2 * a2 * (a2 - b2));
inline constexpr float nb = 1 / (2 * b2 * (b2 - a2));
}  // namespace points

/// out = B^T d for one line of six.
inline void input_line(Vec d0, Vec d1, Vec d2, Vec d3, Vec d4, Vec d5, Vec* out) {
  using namespace points;
  const Vec even_a = fma(-b2, d2, d4), odd_a = fma(-b2, d1, d3);
  const Vec even_b = fma(-a2, d2, d4), odd_b = fma(-a2, d1, d3);
  out[0] = fma(a2 * b2, d0, fma(-(a2 + b2), d2, d4));
  out[1] = fma(a, odd_a, even_a);
  out[2] = fma(-a, odd_a, even_a);
  out[3] = fma(b, odd_b, even_b);
  out[4] = fma(-b, odd_b, even_b);
  out[5] = fma(a2 * b2, d1, fma(-(a2 + b2), d3, d5));
}

/// out = A^T m: six products to four outputs.
inline void output_line(Vec m0, Vec m1, Vec m2, Vec m3, Vec m4, Vec m5, Vec* out) {
  using namespace points;
  const Vec sum_a = m1 + m2, sum_b = m3 + m4, difference_a = m1 - m2, difference_b = m3 - m4;
  out[0] = m0 + sum_a + sum_b;
  out[1] = fma(a, difference_a, broadcast(b) * difference_b);
  out[2] = fma(a2, sum_a, broadcast(b2) * sum_b);
  out[3] = fma(a3, difference_a, fma(b3, difference_b, m5));
}

/// out = A y: the transpose of output_line.
inline void output_line_transposed(Vec y0, Vec y1, Vec y2, Vec y3, Vec* out) {
  using namespace points;
  const Vec even_a = fma(a2, y2, y0), odd_a = fma(a2, y3, y1);
  const Vec even_b = fma(b2, y2, y0), odd_b = fma(b2, y3, y1);
  out[0] = y0;
  out[1] = fma(a, odd_a, even_a);
  out[2] = fma(-a, odd_a, even_a);
  out[3] = fma(b, odd_b, even_b);
  out[4] = fma(-b, odd_b, even_b);
  out[5] = y3;
}

/// out = G g: three weights to six.
inline void filter_line(Vec g0, Vec g1, Vec g2, Vec* out) {
  using namespace points;
  const Vec even_a = fma(a2, g2, g0), even_b = fma(b2, g2, g0);
  out[0] = broadcast(n0) * g0;
  out[1] = broadcast(na) * fma(a, g1, even_a);
  out[2] = broadcast(na) * fma(-a, g1, even_a);
  out[3] = broadcast(nb) * fma(b, g1, even_b);
  out[4] = broadcast(nb) * fma(-b, g1, even_b);
  out[5] = g2;
}

/// out = G^T w: the transpose of filter_line.
inline void filter_line_transposed(Vec w0, Vec w1, Vec w2, Vec w3, Vec w4, Vec w5, Vec* out) {
  using namespace points;
  const Vec sum_a = broadcast(na) * (w1 + w2), sum_b = broadcast(nb) * (w3 + w4);
  const Vec difference_a = broadcast(na) * (w1 - w2), difference_b = broadcast(nb) * (w3 - w4);
  out[0] = fma(n0, w0, sum_a + sum_b);
  out[1] = fma(a, difference_a, broadcast(b) * difference_b);
  out[2] = fma(a2, sum_a, fma(b2, sum_b, w5));
}

// Both directions of a tile. load(i, j) gives row i, column j of what goes in; store(i, j, value) takes
// what comes out.

/// B^T d B, 6x6 to 6x6.
template <class Load, class Store>
inline void transform_input(const Load& load, const Store& store) {
  Vec rows[kPatch][kPatch], column[kPatch];
  for (int i = 0; i < kPatch; ++i)
    input_line(load(i, 0), load(i, 1), load(i, 2), load(i, 3), load(i, 4), load(i, 5), rows[i]);
  for (int j = 0; j < kPatch; ++j) {
    input_line(rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j], column);
    for (int i = 0; i < kPatch; ++i) store(i, j, column[i]);
  }
}

/// A^T m A, 6x6 to 4x4.
template <class Load, class Store>
inline void transform_output(const Load& load, const Store& store) {
  Vec columns[kPatch][kTile], row[kTile];
  for (int j = 0; j < kPatch; ++j)
    output_line(load(0, j), load(1, j), load(2, j), load(3, j), load(4, j), load(5, j), columns[j]);
  for (int i = 0; i < kTile; ++i) {
    output_line(columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i],
                columns[5][i], row);
    for (int j = 0; j < kTile; ++j) store(i, j, row[j]);
  }
}

/// A y A^T, 4x4 to 6x6.
template <class Load, class Store>
inline void transform_output_gradient(const Load& load, const Store& store) {
  Vec rows[kTile][kPatch], column[kPatch];
  for (int i = 0; i < kTile; ++i)
    output_line_transposed(load(i, 0), load(i, 1), load(i, 2), load(i, 3), rows[i]);
  for (int j = 0; j < kPatch; ++j) {
    output_line_transposed(rows[0][j], rows[1][j], rows[2][j], rows[3][j], column);
    for (int i = 0; i < kPatch; ++i) store(i, j, column[i]);
  }
}

/// G g G^T, 3x3 to 6x6.
template <class Load, class Store>
inline void transform_filter(const Load& load, const Store& store) {
  Vec rows[kKernel][kPatch], column[kPatch];
  for (int i = 0; i < kKernel; ++i) filter_line(load(i, 0), load(i, 1), load(i, 2), rows[i]);
  for (int j = 0; j < kPatch; ++j) {
    filter_line(rows[0][j], rows[1][j], rows[2][j], column);
    for (int i = 0; i < kPatch; ++i) store(i, j, column[i]);
  }
}

/// G^T w G, 6x6 to 3x3.
template <class Load, class Store>
inline void transform_filter_gradient(const Load& load, const Store& store) {
  Vec rows[kPatch][kKernel], column[kKernel];
  for (int i = 0; i < kPatch; ++i)
    filter_line_transposed(load(i, 0), load(i, 1), load(i, 2), load(i, 3), load(i, 4), load(i, 5),
                           rows[i]);
  for (int j = 0; j < kKernel; ++j) {
    filter_line_transposed(rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j],
                           column);
    for (int i = 0; i < kKernel; ++i) store(i, j, column[i]);
  }
}

}  // namespace nanopneumo::cpu::winograd

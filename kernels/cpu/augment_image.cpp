// Keras' ImageDataGenerator.apply_transform and preprocessing in one pass, a stretch of a row at a
// time.
//
// Everything but the reading of pixels is a loop over plain arrays of a fixed length, which the compiler
// vectorises. A stretch is always computed whole; what lies beyond the row's end is left behind.
#include <algorithm>
#include <array>
#include <cstddef>

#include "kernels/cpu/cpu_stream.h"
#include "kernels/cpu/image_ops.h"
#include "kernels/image_transform.h"
#include "kernels/preprocess_level.h"

namespace nanopneumo::cpu {
namespace {

constexpr int kStretch = 32;

template <class T>
using Stretch = std::array<T, kStretch>;

/// The two taps of each pixel along one axis; see LinearTap.
struct Taps {
  Stretch<int> low, high;
  Stretch<double> low_weight, high_weight;
};

/// linear_tap(input_position(axis, i, columns[k]), size) of each k.
void set_taps(const double (&axis)[3], int i, const Stretch<int>& columns, int size, Taps& taps) {
  for (int k = 0; k < kStretch; ++k) {
    const LinearTap tap = linear_tap(input_position(axis, i, columns[k]), size);
    taps.low[k] = tap.low;
    taps.high[k] = tap.high;
    taps.low_weight[k] = tap.low_weight;
    taps.high_weight[k] = tap.high_weight;
  }
}

/// Interpolates one channel of an image with C channels a pixel, whose rows are W pixels long.
template <int C>
void interpolate_stretch(const Taps& row, const Taps& column, int W, const std::uint8_t* channel,
                         Stretch<float>& levels) {
  Stretch<std::ptrdiff_t> upper_left, lower_left;
  Stretch<int> to_right;
  for (int k = 0; k < kStretch; ++k) {
    upper_left[k] = (static_cast<std::ptrdiff_t>(row.low[k]) * W + column.low[k]) * C;
    lower_left[k] = (static_cast<std::ptrdiff_t>(row.high[k]) * W + column.low[k]) * C;
    to_right[k] = (column.high[k] - column.low[k]) * C;
  }
  // The four levels of a pixel as the bytes of one number: four stores would take longer than the rest.
  Stretch<std::uint32_t> neighbours;
  for (int k = 0; k < kStretch; ++k) {
    const std::uint8_t* upper = channel + upper_left[k];
    const std::uint8_t* lower = channel + lower_left[k];
    neighbours[k] = upper[0] | upper[to_right[k]] << 8 | lower[0] << 16 |
                    std::uint32_t{lower[to_right[k]]} << 24;
  }
  for (int k = 0; k < kStretch; ++k) {
    const auto level = [&](int byte) {
      return static_cast<double>(static_cast<int>(neighbours[k] >> 8 * byte & 255));
    };
    levels[k] = interpolate({0, 0, row.low_weight[k], row.high_weight[k]},
                            {0, 0, column.low_weight[k], column.high_weight[k]}, level(0), level(1),
                            level(2), level(3));
  }
}

/// What is the same for all rows of one image.
template <int C>
struct ImageWork {
  const ImageTransform& transform;
  AffineMap map;
  bool affine;
  int H, W;
  const std::uint8_t* image;

  ImageWork(const ImageTransform& t, int height, int width, const std::uint8_t* pixels)
      : transform(t),
        map(output_to_input(t, height, width)),
        affine(has_affine(t)),
        H(height),
        W(width),
        image(pixels) {}

  /// Levels of the transformed but not yet flipped image, row i, at the given columns (beyond W where
  /// the stretch is longer than the row).
  void levels(int i, const Stretch<int>& columns, std::array<Stretch<float>, C>& result) const {
    if (affine) {
      Taps row, column;
      set_taps(map.row, i, columns, H, row);
      set_taps(map.column, i, columns, W, column);
      for (int c = 0; c < C; ++c) interpolate_stretch<C>(row, column, W, image + c, result[c]);
    } else {
      const std::uint8_t* pixels = image + static_cast<std::ptrdiff_t>(i) * W * C;
      for (int k = 0; k < kStretch; ++k)
        for (int c = 0; c < C; ++c) result[c][k] = pixels[std::clamp(columns[k], 0, W - 1) * C + c];
    }
    if (!transform.has_brightness) return;
    const float factor = static_cast<float>(transform.brightness);
    for (Stretch<float>& channel : result)
      for (float& level : channel) level = brighten(level, factor);
  }
};

/// Whether output channels `a` and `b` are the same function of the same level.
bool same_channel(const Preprocessing& p, int C, int a, int b) {
  return source_channel(p, C, a) == source_channel(p, C, b) && p.mean[a] == p.mean[b] &&
         p.deviation[a] == p.deviation[b];
}

/// Which output channel's arithmetic each of the three takes over; those beyond the output's are never computed.
std::array<int, 3> computed_channels(const Preprocessing& p, int C) {
  return {0, same_channel(p, C, 0, 1) ? 0 : 1,
          same_channel(p, C, 0, 2)   ? 0
          : same_channel(p, C, 1, 2) ? 1
                                     : 2};
}

/// Row i of the result.
template <int C>
void augment_row(const ImageWork<C>& work, const Preprocessing& preprocessing,
                 const std::array<int, 3>& computed, int i, float* y) {
  const ImageTransform& transform = work.transform;
  const int unflipped_row = transform.flip_vertical ? work.H - 1 - i : i;
  std::array<Stretch<float>, C> levels;
  std::array<Stretch<float>, 3> values;
  Stretch<int> columns;
  for (int j0 = 0; j0 < work.W; j0 += kStretch) {
    for (int k = 0; k < kStretch; ++k)
      columns[k] = transform.flip_horizontal ? work.W - 1 - (j0 + k) : j0 + k;
    work.levels(unflipped_row, columns, levels);
    const int K = preprocessing.channels;
    for (int c = 0; c < (K == 3 ? 3 : 1); ++c) {
      if (computed[c] != c) continue;
      const Stretch<float>& source = levels[source_channel(preprocessing, C, c)];
      for (int k = 0; k < kStretch; ++k)
        values[c][k] = preprocess_level(preprocessing, c, source[k]);
    }
    const int count = std::min(kStretch, work.W - j0);
    float* to = y + std::ptrdiff_t{K} * j0;
    if (K < 3) {
      for (int k = 0; k < count; ++k) {
        to[K * k] = values[0][k];
        if (K == 2) to[K * k + 1] = kInsideImage;
      }
      continue;
    }
    const float* const first = values[computed[0]].data();
    const float* const second = values[computed[1]].data();
    const float* const third = values[computed[2]].data();
    for (int k = 0; k < count; ++k) {
      to[3 * k] = first[k];
      to[3 * k + 1] = second[k];
      to[3 * k + 2] = third[k];
    }
  }
}

template <int C>
void augment_batch(int threads, const ImageDims& dims, const Preprocessing& preprocessing,
                   const ImageTransform* transforms, const std::uint8_t* x, float* y) {
  const std::ptrdiff_t pixels = static_cast<std::ptrdiff_t>(dims.H) * dims.W;
  const std::array<int, 3> computed = computed_channels(preprocessing, C);
#pragma omp parallel num_threads(threads)
  for (int n = 0; n < dims.N; ++n) {
    const ImageWork<C> work(transforms[n], dims.H, dims.W, x + n * pixels * C);
#pragma omp for schedule(static) nowait
    for (int i = 0; i < dims.H; ++i)
      augment_row<C>(
          work, preprocessing, computed, i,
          y + (n * pixels + static_cast<std::ptrdiff_t>(i) * dims.W) * preprocessing.channels);
  }
}

}  // namespace

void augment_image(Stream& stream, const ImageDims& dims, const Preprocessing& preprocessing,
                   const ImageTransform* transforms, const std::uint8_t* x, float* y) {
  const int threads = static_cast<CpuStream&>(stream).threads();
  const auto augment = dims.C == 1 ? augment_batch<1> : augment_batch<3>;
  augment(threads, dims, preprocessing, transforms, x, y);
}

}  // namespace nanopneumo::cpu

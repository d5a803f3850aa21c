// Convolution as a matrix product without a copy of the patches: the "im2col" matrix of Chellapilla
// et al. ("High performance convolutional neural networks for document processing", 2006), of which
// only addresses are computed (implicit GEMM: Chetlur et al., "cuDNN", 2014).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kernels/cuda/fast_divisor.h"
#include "kernels/cuda/gemm/views.h"
#include "kernels/dims.h"

namespace nanopneumo::GPU_NAMESPACE {

/// Along one axis of the image: pixel i of the grid and tap t read the place first + i * step +
/// t * tap_step.
struct PatchAxis {
  int grid;         ///< places of the window
  int taps;         ///< of the window
  int size;         ///< of the image; what lies outside is zero
  int first, step;  ///< of the window's first tap
  int tap_step;
};

/// Rows (n, i, j): all places of the window in N images. Columns (r, s, c): what the window sees.
template <int kVector_, class Element_ = float>
struct Patches {
  static constexpr int kVector = kVector_;
  using Element = Element_;
  /// Where the first tap lies, also where that is outside of the image.
  struct Row {
    std::int64_t offset;
    int h, w;
  };
  struct Column {
    int offset;
    int h, w;  ///< of the tap, relative to the first
  };

  const Element* image;
  int rows, columns;
  PatchAxis height, width;
  int channels;
  FastDivisor by_channels, by_taps_w, by_grid, by_grid_w;

  Patches(const Element* image_, int images, const PatchAxis& height_, const PatchAxis& width_,
          int channels_)
      : image(image_),
        rows(images * height_.grid * width_.grid),
        columns(height_.taps * width_.taps * channels_),
        height(height_),
        width(width_),
        channels(channels_),
        by_channels(channels_),
        by_taps_w(std::max(width_.taps, 1)),
        by_grid(height_.grid * width_.grid),
        by_grid_w(width_.grid) {}

  __device__ Row row(int m) const {
    if (m >= rows) return {0, kOutside, kOutside};
    const auto [n, place] = by_grid.divide_with_remainder(m);
    const auto [i, j] = by_grid_w.divide_with_remainder(place);
    const int h = height.first + i * height.step, w = width.first + j * width.step;
    return {((std::int64_t{n} * height.size + h) * width.size + w) * channels, h, w};
  }
  __device__ Column column(int k) const {
    if (k >= columns) return {0, kOutside, kOutside};
    const auto [tap, c] = by_channels.divide_with_remainder(k);
    const auto [r, s] = by_taps_w.divide_with_remainder(tap);
    const int h = r * height.tap_step, w = s * width.tap_step;
    return {(h * width.size + w) * channels + c, h, w};
  }
  __device__ const Element* address(const Row& row, const Column& column) const {
    const bool inside =
        is_inside(row.h + column.h, height.size) && is_inside(row.w + column.w, width.size);
    return inside ? image + (row.offset + column.offset) : nullptr;
  }

 private:
  /// So far out that two of it, or one and any place near an image, lie outside of every image.
  static constexpr int kOutside = std::numeric_limits<int>::min() / 2;

  __device__ static bool is_inside(int place, int size) {
    return static_cast<unsigned>(place) < static_cast<unsigned>(size);
  }
};

/// What a convolution's forward pass multiplies with w, and its weight gradient with dy.
template <int kVector, class Element>
Patches<kVector, Element> patches_of(const ConvDims& d, const Element* x) {
  const Window& window = d.window;
  return {x, d.N, PatchAxis{d.P(), window.R, d.H, -window.pad.top, window.stride_h, 1},
          PatchAxis{d.Q(), window.S, d.W, -window.pad.left, window.stride_w, 1}, d.C};
}

}  // namespace nanopneumo::GPU_NAMESPACE

// A convolution's input gradient as products of matrices.
//
// With a stride, a pixel meets only every stride-th tap of the window, and which of them depends on
// where it lies: pixels with the same (h + pad.top) % stride_h and (w + pad.left) % stride_w form a
// phase. Within a phase all pixels meet the same taps, at neighbouring places of dy, and the gradient
// is a convolution of dy with those taps, without a stride and without a product that is zero by
// construction. A convolution without a stride has one phase.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cuda/gemm/patches.h"
#include "kernels/cuda/gemm/views.h"

namespace nanopneumo::GPU_NAMESPACE {

/// A phase along one axis: pixels first_pixel, first_pixel + stride, ... and the taps first_tap,
/// first_tap + stride, ...; tap number t lies over dy at place first_place + (number of pixel) - t.
struct AxisPhase {
  int stride;
  int first_pixel, pixels;
  int first_tap, taps;
  int first_place;
};

inline AxisPhase axis_phase(int phase, int stride, int pad, int image, int window) {
  const auto count = [&](int first, int end) {
    return end > first ? static_cast<int>(ceil_div(end - first, stride)) : 0;
  };
  const int first_pixel = ((phase - pad) % stride + stride) % stride;
  return {stride, first_pixel,          count(first_pixel, image),
          phase,  count(phase, window), (first_pixel + pad - phase) / stride};
}

inline PatchAxis patch_axis(const AxisPhase& axis, int places) {
  return {axis.pixels, axis.taps, places, axis.first_place, 1, -1};
}

/// The taps of a phase. Row: input channel c; columns: (tap, tap, filter).
template <int kVector_, class Element_ = float>
struct PhaseWeights {
  static constexpr int kVector = kVector_;
  using Element = Element_;
  using Row = int;     ///< offset; negative: no such channel
  using Column = int;  ///< offset; negative: no such tap

  const Element* w;
  int rows, columns;
  AxisPhase height, width;
  int S, C, K;
  FastDivisor by_filters, by_taps_w;

  __device__ Row row(int c) const { return c < rows ? c * K : -1; }
  __device__ Column column(int j) const {
    if (j >= columns) return -1;
    const auto [tap, k] = by_filters.divide_with_remainder(j);
    const auto [tap_h, tap_w] = by_taps_w.divide_with_remainder(tap);
    const int r = height.first_tap + tap_h * height.stride;
    const int s = width.first_tap + tap_w * width.stride;
    return (r * S + s) * C * K + k;
  }
  __device__ const Element* address(Row row, Column column) const {
    return row >= 0 && column >= 0 ? w + (row + column) : nullptr;
  }
};

/// Where the pixels of a phase lie in dx.
struct PhasePixels {
  AxisPhase height, width;
  int H, W, C;
  FastDivisor by_pixels, by_pixels_w;

  __device__ std::int64_t offset(int m) const {
    const auto [n, pixel] = by_pixels.divide_with_remainder(m);
    const auto [i, j] = by_pixels_w.divide_with_remainder(pixel);
    const int h = height.first_pixel + i * height.stride;
    const int w = width.first_pixel + j * width.stride;
    return ((std::int64_t{n} * H + h) * W + w) * C;
  }
};

/// Calls multiply(size, gradients, weights, pixels) for each phase: the product of the two operands
/// belongs in the rows `pixels` of an image with `channels` channels (those of d may be padded).
template <int kVector, class Element, class Multiply>
void for_each_phase(const ConvDims& d, const Element* w, const Element* dy, int channels,
                    const Multiply& multiply) {
  const Window& window = d.window;
  for (int phase_h = 0; phase_h < window.stride_h; ++phase_h)
    for (int phase_w = 0; phase_w < window.stride_w; ++phase_w) {
      const AxisPhase height = axis_phase(phase_h, window.stride_h, window.pad.top, d.H, window.R);
      const AxisPhase width = axis_phase(phase_w, window.stride_w, window.pad.left, d.W, window.S);
      const int pixels = height.pixels * width.pixels, taps = height.taps * width.taps;
      if (pixels == 0) continue;
      const GemmSize size = gemm_size(std::int64_t{d.N} * pixels, d.C, std::int64_t{taps} * d.K);
      const Operand<Patches<kVector, Element>, Reduce::columns> gradients{
          {dy, d.N, patch_axis(height, d.P()), patch_axis(width, d.Q()), d.K}};
      const Operand<PhaseWeights<kVector, Element>, Reduce::columns> weights{
          {w, d.C, size.K, height, width, window.S, d.C, d.K, FastDivisor(d.K),
           FastDivisor(std::max(width.taps, 1))}};
      multiply(size, gradients, weights,
               PhasePixels{height, width, d.H, d.W, channels, FastDivisor(pixels),
                           FastDivisor(width.pixels)});
    }
}

}  // namespace nanopneumo::GPU_NAMESPACE

// dx[n,h,w,c] = sum of dy[n,p,q,k] * w[r,s,c,k] over k and over the p,q,r,s with
//               p*stride_h + r - pad.top = h and q*stride_w + s - pad.left = w
//
// With a stride, a pixel meets only every stride-th tap of the window, and which of them depends on
// where it lies: pixels with the same (h + pad.top) % stride_h and (w + pad.left) % stride_w form a
// phase. Within a phase all pixels meet the same taps, at neighbouring places of dy, and the gradient
// is a convolution of dy with those taps, without a stride and without a product that is zero by
// construction. A convolution without a stride has one phase.
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/gemm/patches.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// A phase along one axis: pixels first_pixel, first_pixel + stride, ... and the taps first_tap,
/// first_tap + stride, ...; tap number t lies over dy at place first_place + (number of pixel) - t.
struct AxisPhase {
  int stride;
  int first_pixel, pixels;
  int first_tap, taps;
  int first_place;
};

AxisPhase axis_phase(int phase, int stride, int pad, int image, int window) {
  const auto count = [&](int first, int end) {
    return end > first ? static_cast<int>(ceil_div(end - first, stride)) : 0;
  };
  const int first_pixel = ((phase - pad) % stride + stride) % stride;
  return {stride, first_pixel,          count(first_pixel, image),
          phase,  count(phase, window), (first_pixel + pad - phase) / stride};
}

PatchAxis patch_axis(const AxisPhase& axis, int places) {
  return {axis.pixels, axis.taps, places, axis.first_place, 1, -1};
}

/// The taps of a phase. Row: input channel c; columns: (tap, tap, filter).
template <int kVector_>
struct PhaseWeights {
  static constexpr int kVector = kVector_;
  using Row = int;     ///< offset; negative: no such channel
  using Column = int;  ///< offset; negative: no such tap

  const float* w;
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
  __device__ const float* address(Row row, Column column) const {
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

void phase_gradient(Stream& stream, const ConvDims& d, const AxisPhase& height,
                    const AxisPhase& width, const float* w, const float* dy, float* dx) {
  const int pixels = height.pixels * width.pixels, taps = height.taps * width.taps;
  if (pixels == 0) return;
  const GemmSize size = gemm_size(std::int64_t{d.N} * pixels, d.C, std::int64_t{taps} * d.K);
  const FastDivisor by_taps_w(std::max(width.taps, 1));
  const PhasePixels rows{
      height, width, d.H, d.W, d.C, FastDivisor(pixels), FastDivisor(width.pixels)};
  with_vector(d.K % 4 == 0 && is_aligned16(dy) && is_aligned16(w), [&](auto vector) {
    constexpr int kVector = decltype(vector)::value;
    const Operand<Patches<kVector>, Reduce::columns> gradients{
        {dy, d.N, patch_axis(height, d.P()), patch_axis(width, d.Q()), d.K}};
    const Operand<PhaseWeights<kVector>, Reduce::columns> weights{
        {w, d.C, size.K, height, width, d.window.S, d.C, d.K, FastDivisor(d.K), by_taps_w}};
    gemm(stream, size, gradients, weights, output(dx, d.C, rows));
  });
}

}  // namespace

void conv_input_gradient(Stream& stream, const ConvDims& d, const float* w, const float* dy,
                         float* dx) {
  const Window& window = d.window;
  if (window == Window{}) {
    const GemmSize size = gemm_size(std::int64_t{d.N} * d.H * d.W, d.C, d.K);
    return matmul_transposed_b(stream, size, dy, w, dx);
  }
  for (int phase_h = 0; phase_h < window.stride_h; ++phase_h)
    for (int phase_w = 0; phase_w < window.stride_w; ++phase_w)
      phase_gradient(stream, d, axis_phase(phase_h, window.stride_h, window.pad.top, d.H, window.R),
                     axis_phase(phase_w, window.stride_w, window.pad.left, d.W, window.S), w, dy,
                     dx);
}

}  // namespace nanopneumo::GPU_NAMESPACE

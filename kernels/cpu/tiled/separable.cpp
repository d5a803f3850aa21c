#include "kernels/cpu/tiled/separable.h"

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/made_pixels.h"

namespace nanopneumo::cpu::tiled {
namespace {

/// The depthwise result of some rows of output.
struct RowGroup {
  int rows;
  std::int64_t stride;
  RowGroup(const ChannelwiseDims& d)
      : rows(std::max(1, kBandPixels / d.Q())), stride(made_pixel_floats(d.C)) {}
  std::int64_t floats(int Q) const { return rows * Q * stride; }
};

/// The rows of the image of output row `first` that the rows [first, end) of the output read and the row before them
/// does not. The depthwise convolution reads them a cache line here and there, which no processor foresees.
Upcoming rows_read_next(const ChannelwiseDims& d, ConstRows x, std::int64_t first,
                        std::int64_t end) {
  if (first >= end) return {};
  const Window& w = d.window;
  const std::int64_t n = first / d.P(), p = first % d.P(), last = p + end - first - 1;
  const auto end_of_window = [&](std::int64_t row) {
    return std::clamp<std::int64_t>(row * w.stride_h - w.pad.top + w.R, 0, d.H);
  };
  const std::int64_t begin_row = p == 0 ? 0 : end_of_window(p - 1);
  const std::int64_t row = d.W * x.stride;
  return {x.data + (n * d.H + begin_row) * row, (end_of_window(last) - begin_row) * row};
}

}  // namespace

std::size_t separable_workspace_bytes(Stream& stream, const ChannelwiseDims& d) {
  return static_cast<std::size_t>(RowGroup(d).floats(d.Q()) * cpu_stream(stream).threads()) *
         sizeof(float);
}

void separable_forward(Stream& stream, const ChannelwiseDims& d, ConstRows x,
                       const DepthwiseFilter& depthwise, Activation depthwise_activation,
                       const Filter& pointwise, const Results& results) {
  const int Q = d.Q();
  const RowGroup band(d);
  auto* memory =
      static_cast<float*>(cpu_stream(stream).workspace(separable_workspace_bytes(stream, d)));
  const std::int64_t rows = std::int64_t{d.N} * d.P();
  parallel_pieces(stream, rows, band.rows, [&](const Range& piece, int thread) {
    float* own = memory + thread * band.floats(Q);
    depthwise_rows(d, x, depthwise, depthwise_activation, piece.begin, piece.end,
                   {own, band.stride});
    multiply(pointwise, {own, band.stride, 0}, 1, 0, (piece.end - piece.begin) * Q,
             results.from(piece.begin * Q),
             rows_read_next(d, x, piece.end, std::min(rows, piece.end + band.rows)));
  });
}

}  // namespace nanopneumo::cpu::tiled

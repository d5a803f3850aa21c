#include "kernels/cpu/tiled/convolution.h"

#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu::tiled {
namespace {

bool has_padding(const Window& w) { return w.pad != Padding2D{}; }

/// The same convolution with what has no neighbours in one direction laid out in one row: images one below the other,
/// and pixels one below the other.
ConvDims without_needless_borders(ConvDims d) {
  const Window& w = d.window;
  if (w.R > 1 || w.stride_h > 1 || has_padding(w)) return d;
  d.H *= d.N;
  d.N = 1;
  if (w.S > 1 || w.stride_w > 1) return d;
  d.H *= d.W;
  d.W = 1;
  return d;
}

/// Rows of output that are computed together.
int band_rows(const ConvDims& d) { return std::clamp(kBandPixels / d.Q(), 1, d.P()); }

/// Whether windows are read from a copy of their pixels: where they reach beyond the image, and where the pixels of
/// a window's row are not side by side.
bool needs_copy(const ConvDims& d, std::int64_t x_stride) {
  return has_padding(d.window) || (d.window.S > 1 && x_stride != d.C);
}

/// The pixels that the windows of some rows of output read, zeros outside the image included.
struct Patch {
  int H, W;
  Patch(const ConvDims& d, int rows)
      : H((rows - 1) * d.window.stride_h + d.window.R),
        W((d.Q() - 1) * d.window.stride_w + d.window.S) {}
  std::int64_t size(int C) const { return std::int64_t{H} * W * C; }
};

/// Copies the patch whose first output row is p from the image that begins at x.
void copy_patch(const ConvDims& d, const Patch& patch, ConstRows x, int p, float* to) {
  const Window& w = d.window;
  const int first_column = std::min(w.pad.left, patch.W),
            end_column = std::clamp(d.W + w.pad.left, first_column, patch.W);
  const std::int64_t row = std::int64_t{patch.W} * d.C;
  for (int i = 0; i < patch.H; ++i, to += row) {
    const int h = p * w.stride_h - w.pad.top + i;
    if (h < 0 || h >= d.H) {
      std::fill_n(to, row, 0.0f);
      continue;
    }
    std::fill_n(to, std::int64_t{first_column} * d.C, 0.0f);
    const float* from = x.data + (std::int64_t{h} * d.W + first_column - w.pad.left) * x.stride;
    float* inside = to + std::int64_t{first_column} * d.C;
    if (x.stride == d.C)
      std::copy_n(from, std::int64_t{end_column - first_column} * d.C, inside);
    else
      for (int j = first_column; j < end_column; ++j, from += x.stride, inside += d.C)
        std::copy_n(from, d.C, inside);
    std::fill(to + std::int64_t{end_column} * d.C, to + row, 0.0f);
  }
}

struct Convolution {
  ConvDims d;
  ConstRows x;
  const Filter& filter;
  const Results& results;
  bool copies;

  /// Output rows [p, p + rows) of image n.
  void compute_band(int n, int p, int rows, float* memory) const {
    const Window& w = d.window;
    const ConstRows image{x.data + std::int64_t{n} * d.H * d.W * x.stride, x.stride};
    Windows windows{};
    if (copies) {
      const Patch patch(d, rows);
      copy_patch(d, patch, image, p, memory);
      windows = {memory, std::int64_t{w.stride_w} * d.C, std::int64_t{patch.W} * d.C};
    } else {
      const std::int64_t row = d.W * x.stride;
      windows = {image.data + p * w.stride_h * row, w.stride_w * x.stride, row};
    }
    const std::int64_t row_step = w.stride_h * windows.row;
    const Results own = results.from((std::int64_t{n} * d.P() + p) * d.Q());
    if (row_step == d.Q() * windows.step)  // the rows are one long row
      multiply(filter, windows, 1, 0, std::int64_t{rows} * d.Q(), own);
    else
      multiply(filter, windows, rows, row_step, d.Q(), own);
  }

  void compute_rows(const Range& own, float* memory) const {
    const int P = d.P(), most = band_rows(d);
    for (std::int64_t row = own.begin; row < own.end;) {
      const int p = static_cast<int>(row % P);
      const int rows = static_cast<int>(std::min<std::int64_t>({most, P - p, own.end - row}));
      compute_band(static_cast<int>(row / P), p, rows, memory);
      row += rows;
    }
  }
};

std::int64_t floats_of_a_thread(const ConvDims& d, std::int64_t x_stride) {
  return needs_copy(d, x_stride) ? Patch(d, band_rows(d)).size(d.C) : 0;
}

}  // namespace

std::size_t workspace_bytes(Stream& stream, const ConvDims& dims, std::int64_t x_stride) {
  return static_cast<std::size_t>(floats_of_a_thread(without_needless_borders(dims), x_stride)) *
         static_cast<std::size_t>(cpu_stream(stream).threads()) * sizeof(float);
}

void forward(Stream& stream, const ConvDims& dims, ConstRows x, const Filter& filter,
             const Results& results) {
  const ConvDims d = without_needless_borders(dims);
  const std::int64_t floats = floats_of_a_thread(d, x.stride);
  auto* memory =
      static_cast<float*>(cpu_stream(stream).workspace(workspace_bytes(stream, dims, x.stride)));
  const Convolution convolution{d, x, filter, results, needs_copy(d, x.stride)};
  const std::int64_t rows = std::int64_t{d.N} * d.P();
  parallel_pieces(stream, rows, band_rows(d), [&](const Range& piece, int thread) {
    convolution.compute_rows(piece, memory + thread * floats);
  });
}

}  // namespace nanopneumo::cpu::tiled

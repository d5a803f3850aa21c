// Windows that slide over an image, R x S pixels each, a channel on its own: depthwise convolution
// and pooling.
//
// Neighbouring windows overlap: with one output a thread, a 3x3 window at stride 1 would read every
// input nine times. So a thread computes a tile of outputs of the same channels and reads each input
// that the tile needs once. For a tile of TP x TQ outputs those are
//   ((TP - 1) stride + R) ((TQ - 1) stride + S)
// inputs: 36 for 4 x 4 outputs of 3x3 stride 1 (2.25 an output instead of 9), 45 for 2 x 4 outputs at
// stride 2 (5.6, of which 4 are new to each output anyway). Neighbours in a warp hold neighbouring
// channels, so each read is a whole line. A tile in shared memory could be larger, but needs barriers
// and a second trip through shared memory for the same bytes; the rest of the overlap is what the
// caches are for.
//
// The sizes must be known to the compiler for the tile to live in registers. Windows that no network
// here has are served by the same kernels with AnyWindow: one output a thread, loops at run time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/cuda/batches.h"
#include "kernels/cuda/fast_divisor.h"
#include "kernels/dims.h"

namespace nanopneumo::GPU_NAMESPACE {

inline constexpr int kWindowThreads = 128;
/// Blocks that a multiprocessor must have room for, where the compiler would rather spill a few registers
/// of a tile than give up threads: each thread has many loads on their way at once, so that few suffice.
inline constexpr int kWindowBlocks = 2;

/// What a kernel is compiled for: the window, the outputs rows x columns that a thread computes
/// (for a gradient: of dx), and how many channels a thread takes at most.
template <int R, int S, int stride, int rows, int columns, int pack = 4>
struct WindowTile {
  static constexpr bool kKnown = R > 0;
  static constexpr int kR = R, kS = S, kStride = stride;
  static constexpr int kRows = rows, kColumns = columns, kPack = pack;

  static bool fits(const Window& window) {
    return window.R == R && window.S == S && window.stride_h == stride && window.stride_w == stride;
  }
};
using AnyWindow = WindowTile<0, 0, 0, 1, 1>;

/// Calls body(tile) with the first of Tiles that fits, or with AnyWindow.
template <class Tile, class... Others, class Body>
void with_tile(const Window& window, const Body& body) {
  if (Tile::fits(window)) return body(Tile{});
  if constexpr (sizeof...(Others) > 0)
    with_tile<Others...>(window, body);
  else
    body(AnyWindow{});
}

/// ChannelwiseDims as a kernel needs them.
struct WindowShape {
  int H, W, C, P, Q, R, S, stride_h, stride_w, pad_top, pad_left;

  explicit WindowShape(const ChannelwiseDims& d)
      : H(d.H),
        W(d.W),
        C(d.C),
        P(d.P()),
        Q(d.Q()),
        R(d.window.R),
        S(d.window.S),
        stride_h(d.window.stride_h),
        stride_w(d.window.stride_w),
        pad_top(d.window.pad.top),
        pad_left(d.window.pad.left) {}

  /// Position of x[n,h,w,c] and of y[n,p,q,c].
  __device__ std::int64_t input(int n, int h, int w, int c) const {
    return ((std::int64_t{n} * H + h) * W + w) * C + c;
  }
  __device__ std::int64_t output(int n, int p, int q, int c) const {
    return ((std::int64_t{n} * P + p) * Q + q) * C + c;
  }
};

/// The first row, column and channel of a thread's tile in image n.
struct TilePlace {
  int n, row, column, channel;
};

/// Tiles over N images of `rows` x `columns` pixels, `packs` of `width` channels. The channels vary
/// fastest from thread to thread, then the columns, so that few channels leave no lane idle.
class TileGrid {
 public:
  template <class Tile>
  TileGrid(Tile, std::int64_t first_image, int N, int rows, int columns, int C, int width)
      : first_image_(static_cast<int>(first_image)),
        tile_rows_(Tile::kRows),
        tile_columns_(Tile::kColumns),
        width_(width),
        packs_(C / width),
        columns_(static_cast<int>(ceil_div(columns, Tile::kColumns))),
        rows_(static_cast<int>(ceil_div(rows, Tile::kRows))),
        items_(N * rows_.divisor() * columns_.divisor() * packs_.divisor()) {}

  int items() const { return items_; }

  __device__ bool has(unsigned item) const { return item < static_cast<unsigned>(items_); }
  __device__ TilePlace place(unsigned item) const {
    const auto [tile, pack] = packs_.divide_with_remainder(static_cast<int>(item));
    const auto [tile_row, column] = columns_.divide_with_remainder(tile);
    const auto [n, row] = rows_.divide_with_remainder(tile_row);
    return {first_image_ + n, row * tile_rows_, column * tile_columns_, pack * width_};
  }

 private:
  int first_image_, tile_rows_, tile_columns_, width_;
  FastDivisor packs_, columns_, rows_;
  int items_;
};

/// Calls body(grid) for grids of tiles over all of N images of `rows` x `columns` pixels.
template <class Tile, class Body>
void for_each_tile_grid(Tile tile, int N, int rows, int columns, int C, int width,
                        const Body& body) {
  const std::int64_t items =
      ceil_div(rows, Tile::kRows) * ceil_div(columns, Tile::kColumns) * (C / width);
  in_batches(N, items, [&](std::int64_t first, int count) {
    body(TileGrid(tile, first, count, rows, columns, C, width));
  });
}

__device__ __forceinline__ bool is_inside(int i, int size) {
  return static_cast<unsigned>(i) < static_cast<unsigned>(size);
}

/// Calls visit(i, j, r, s, value) for each tap (r, s) of each output (p0 + i, q0 + j) of a tile, with
/// the value of the input pixel under it: load(h, w), called once for a pixel, or `outside` beyond
/// the image. An output sees its taps in row-major order. AnyWindow leaves taps outside out, so
/// `outside` must be a value that changes nothing.
template <class Tile, class Value, class Load, class Visit>
__device__ __forceinline__ void for_each_tap(const WindowShape& d, int p0, int q0,
                                             const Value& outside, const Load& load,
                                             const Visit& visit) {
  if constexpr (Tile::kKnown) {
    const int h0 = p0 * Tile::kStride - d.pad_top, w0 = q0 * Tile::kStride - d.pad_left;
    constexpr int kInputRows = (Tile::kRows - 1) * Tile::kStride + Tile::kR;
    constexpr int kInputColumns = (Tile::kColumns - 1) * Tile::kStride + Tile::kS;
    UNROLL for (int a = 0; a < kInputRows; ++a) {
      Value line[kInputColumns];  // all of it is on its way before the first value is used
      UNROLL for (int b = 0; b < kInputColumns; ++b) line[b] =
          is_inside(h0 + a, d.H) && is_inside(w0 + b, d.W) ? load(h0 + a, w0 + b) : outside;
      UNROLL for (int i = 0; i < Tile::kRows; ++i) {
        const int r = a - i * Tile::kStride;
        if (r < 0 || r >= Tile::kR) continue;
        UNROLL for (int j = 0; j < Tile::kColumns; ++j) UNROLL for (int s = 0; s < Tile::kS; ++s)
            visit(i, j, r, s, line[j * Tile::kStride + s]);
      }
    }
  } else {
    const int h0 = p0 * d.stride_h - d.pad_top, w0 = q0 * d.stride_w - d.pad_left;
    for (int r = std::max(0, -h0); r < std::min(d.R, d.H - h0); ++r)
      for (int s = std::max(0, -w0); s < std::min(d.S, d.W - w0); ++s)
        visit(0, 0, r, s, load(h0 + r, w0 + s));
  }
}

/// How far a gradient's tiles begin before the image: so that, counted in the padded image, each
/// begins at a multiple of the stride and the taps over its pixels are known to the compiler.
template <class Tile>
NANOPNEUMO_HOST_DEVICE constexpr int tile_shift(int pad) {
  if constexpr (Tile::kKnown)
    return pad % Tile::kStride;
  else
    return 0;
}

/// The reverse of for_each_tap: calls visit(i, j, r, s, value) for each window (p, q) that covers
/// pixel (h0 + i, w0 + j) of a tile of dx with its tap (r, s); value = load(p, q), called once for a
/// window, or `outside` where there is no such window. A pixel sees its windows in row-major order.
///
/// A window covers row h where r = h + pad - p stride lies in 0 .. R - 1. With h0 + pad = p0 stride,
/// row h0 + i has r = i - (p - p0) stride, for p - p0 from -(R - 1) / stride to i / stride.
template <class Tile, class Value, class Load, class Visit>
__device__ __forceinline__ void for_each_window(const WindowShape& d, int h0, int w0,
                                                const Value& outside, const Load& load,
                                                const Visit& visit) {
  const int padded_h = h0 + d.pad_top, padded_w = w0 + d.pad_left;
  if constexpr (Tile::kKnown) {
    constexpr int kBeforeH = (Tile::kR - 1) / Tile::kStride;
    constexpr int kBeforeW = (Tile::kS - 1) / Tile::kStride;
    constexpr int kWindowRows = kBeforeH + (Tile::kRows - 1) / Tile::kStride + 1;
    constexpr int kWindowColumns = kBeforeW + (Tile::kColumns - 1) / Tile::kStride + 1;
    const int p0 = padded_h / Tile::kStride - kBeforeH;
    const int q0 = padded_w / Tile::kStride - kBeforeW;
    UNROLL for (int a = 0; a < kWindowRows; ++a) {
      Value line[kWindowColumns];
      UNROLL for (int b = 0; b < kWindowColumns; ++b) line[b] =
          is_inside(p0 + a, d.P) && is_inside(q0 + b, d.Q) ? load(p0 + a, q0 + b) : outside;
      UNROLL for (int i = 0; i < Tile::kRows; ++i) {
        const int r = i - (a - kBeforeH) * Tile::kStride;
        if (r < 0 || r >= Tile::kR) continue;
        UNROLL for (int j = 0; j < Tile::kColumns; ++j)
            UNROLL for (int b = 0; b < kWindowColumns; ++b) {
          const int s = j - (b - kBeforeW) * Tile::kStride;
          if (s >= 0 && s < Tile::kS) visit(i, j, r, s, line[b]);
        }
      }
    }
  } else {
    const int last_p = std::min(padded_h / d.stride_h, d.P - 1);
    const int last_q = std::min(padded_w / d.stride_w, d.Q - 1);
    for (int p = std::max(0, padded_h - d.R + d.stride_h) / d.stride_h; p <= last_p; ++p)
      for (int q = std::max(0, padded_w - d.S + d.stride_w) / d.stride_w; q <= last_q; ++q)
        visit(0, 0, padded_h - p * d.stride_h, padded_w - q * d.stride_w, load(p, q));
  }
}

}  // namespace nanopneumo::GPU_NAMESPACE

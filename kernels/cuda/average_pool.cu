// y = mean of the x in the window that lie inside the image; dx = sum over the windows over this
// pixel of dy / (number of pixels that the window has inside the image).
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/pool_tiles.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// How many pixels of window (p, q) lie inside the image.
__device__ __forceinline__ float pixels_inside(const WindowShape& d, int p, int q) {
  const int h = p * d.stride_h - d.pad_top, w = q * d.stride_w - d.pad_left;
  const int rows = std::min(h + d.R, d.H) - std::max(h, 0);
  const int columns = std::min(w + d.S, d.W) - std::max(w, 0);
  return static_cast<float>(rows * columns);
}

template <int V>
__device__ __forceinline__ void add_to(Pack<V>& sum, const Pack<V>& value) {
  UNROLL for (int v = 0; v < V; ++v) sum.at[v] += value.at[v];
}

template <int V>
__device__ __forceinline__ Pack<V> divided(Pack<V> pack, float divisor) {
  UNROLL for (int v = 0; v < V; ++v) pack.at[v] /= divisor;
  return pack;
}

// A thread: a tile of outputs (window_tile.h) of V channels.
template <class Tile, int V>
__global__ void __launch_bounds__(kWindowThreads)
    average_pool_kernel(WindowShape d, TileGrid grid, const float* x, float* y) {
  const unsigned item = thread_number();
  if (!grid.has(item)) return;
  const auto [n, p0, q0, c] = grid.place(item);
  const float* image = x + d.input(n, 0, 0, c);

  Pack<V> sum[Tile::kRows][Tile::kColumns] = {};
  for_each_tap<Tile>(
      d, p0, q0, Pack<V>{},
      [&](int h, int w) { return load_pack<V>(image + std::int64_t{h * d.W + w} * d.C); },
      [&](int i, int j, int, int, const Pack<V>& value) { add_to(sum[i][j], value); });

  UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
    const int p = p0 + i, q = q0 + j;
    if (p < d.P && q < d.Q)
      store_pack(y + d.output(n, p, q, c), divided(sum[i][j], pixels_inside(d, p, q)).at);
  }
}

// A thread: a tile of dx of V channels, each gathered from the windows over it.
template <class Tile, int V>
__global__ void __launch_bounds__(kWindowThreads)
    average_pool_gradient_kernel(WindowShape d, TileGrid grid, const float* dy, float* dx) {
  const unsigned item = thread_number();
  if (!grid.has(item)) return;
  const auto [n, row, column, c] = grid.place(item);
  const int h0 = row - tile_shift<Tile>(d.pad_top), w0 = column - tile_shift<Tile>(d.pad_left);
  const float* image = dy + d.output(n, 0, 0, c);

  Pack<V> sum[Tile::kRows][Tile::kColumns] = {};
  for_each_window<Tile>(
      d, h0, w0, Pack<V>{},
      [&](int p, int q) {
        return divided(load_pack<V>(image + std::int64_t{p * d.Q + q} * d.C),
                       pixels_inside(d, p, q));
      },
      [&](int i, int j, int, int, const Pack<V>& share) { add_to(sum[i][j], share); });

  UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
    if (is_inside(h0 + i, d.H) && is_inside(w0 + j, d.W))
      store_pack(dx + d.input(n, h0 + i, w0 + j, c), sum[i][j].at);
  }
}

}  // namespace

void average_pool_forward(Stream& stream, const ChannelwiseDims& dims, const float* x, float* y) {
  const WindowShape d(dims);
  const bool vectors = d.C % 4 == 0 && is_aligned16(x) && is_aligned16(y);
  with_pool_tile(dims.window, vectors, [&]<class Tile, class Width>(Tile tile, Width) {
    constexpr int V = Width::value;
    for_each_tile_grid(tile, dims.N, d.P, d.Q, d.C, V, [&](const TileGrid& grid) {
      launch(stream, KERNEL(average_pool_kernel<Tile, V>), blocks_for(grid.items(), kWindowThreads),
             kWindowThreads, 0, d, grid, x, y);
    });
  });
}

void average_pool_gradient(Stream& stream, const ChannelwiseDims& dims, const float* dy,
                           float* dx) {
  const WindowShape d(dims);
  const bool vectors = d.C % 4 == 0 && is_aligned16(dy) && is_aligned16(dx);
  with_pool_gradient_tile(dims.window, vectors, [&]<class Tile, class Width>(Tile tile, Width) {
    constexpr int V = Width::value;
    const int rows = d.H + tile_shift<Tile>(d.pad_top);
    const int columns = d.W + tile_shift<Tile>(d.pad_left);
    for_each_tile_grid(tile, dims.N, rows, columns, d.C, V, [&](const TileGrid& grid) {
      launch(stream, KERNEL(average_pool_gradient_kernel<Tile, V>),
             blocks_for(grid.items(), kWindowThreads), kWindowThreads, 0, d, grid, dy, dx);
    });
  });
}

}  // namespace nanopneumo::GPU_NAMESPACE

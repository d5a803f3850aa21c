// What max pooling shares with the operation that normalises before it.
#pragma once

#include <cmath>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/pool_tiles.h"

namespace nanopneumo::GPU_NAMESPACE {

/// The largest values so far of V channels, and their places.
template <int V>
struct Largest {
  float value[V];
  int place[V];

  /// A NaN is taken, and once taken it stays.
  __device__ __forceinline__ void update(const Pack<V>& x, int here) {
    UNROLL for (int v = 0; v < V; ++v) {
      const bool take = !(x.at[v] <= value[v]) && value[v] == value[v];
      value[v] = take ? x.at[v] : value[v];
      place[v] = take ? here : place[v];
    }
  }
};

// A thread: a tile of outputs (window_tile.h) of V channels. Pixels outside count as -infinity, which
// is never above what is there; where all is -infinity, the first place inside stays. What is compared are
// values map.of<V>(c)(x).
template <class Tile, int V, class Map>
__global__ void __launch_bounds__(kWindowThreads)
    max_pool_kernel(WindowShape d, TileGrid grid, const float* x, Map map, float* y,
                    std::uint8_t* argmax) {
  const unsigned item = thread_number();
  if (!grid.has(item)) return;
  const auto [n, p0, q0, c] = grid.place(item);
  const float* image = x + d.input(n, 0, 0, c);
  const auto value_of = map.template of<V>(c);

  Largest<V> largest[Tile::kRows][Tile::kColumns];
  UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
    const int r = std::max(0, d.pad_top - (p0 + i) * d.stride_h);
    const int s = std::max(0, d.pad_left - (q0 + j) * d.stride_w);
    UNROLL for (int v = 0; v < V; ++v) {
      largest[i][j].value[v] = -INFINITY;
      largest[i][j].place[v] = r * d.S + s;
    }
  }
  Pack<V> outside;
  UNROLL for (int v = 0; v < V; ++v) outside.at[v] = -INFINITY;
  for_each_tap<Tile>(
      d, p0, q0, outside,
      [&](int h, int w) { return value_of(load_pack<V>(image + std::int64_t{h * d.W + w} * d.C)); },
      [&](int i, int j, int r, int s, const Pack<V>& value) {
        largest[i][j].update(value, r * d.S + s);
      });

  UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
    if (p0 + i >= d.P || q0 + j >= d.Q) continue;
    const std::int64_t index = d.output(n, p0 + i, q0 + j, c);
    Pack<V> value;
    Bytes<V> place;
    UNROLL for (int v = 0; v < V; ++v) {
      value.at[v] = largest[i][j].value[v];
      place.set(v, largest[i][j].place[v]);
    }
    store_pack(y + index, value.at);
    if (argmax) store_bytes<V>(argmax + index, place);
  }
}

/// A window's gradient and where it goes.
template <int V>
struct Routed {
  Pack<V> gradient;
  Bytes<V> place;
};

// A thread: a tile of dx of V channels, each gathered from the windows over it and given to
// finish.of<V>(c)(index, gradient), which writes it once.
template <class Tile, int V, class Finish>
__global__ void __launch_bounds__(kWindowThreads)
    max_pool_gradient_kernel(WindowShape d, TileGrid grid, const std::uint8_t* argmax,
                             const float* dy, Finish finish) {
  const unsigned item = thread_number();
  if (!grid.has(item)) return;
  const auto [n, row, column, c] = grid.place(item);
  const int h0 = row - tile_shift<Tile>(d.pad_top), w0 = column - tile_shift<Tile>(d.pad_left);
  Pack<V> sum[Tile::kRows][Tile::kColumns] = {};
  for_each_window<Tile>(
      d, h0, w0, Routed<V>{},
      [&](int p, int q) {
        const std::int64_t index = d.output(n, p, q, c);
        return Routed<V>{load_pack<V>(dy + index), load_bytes<V>(argmax + index)};
      },
      [&](int i, int j, int r, int s, const Routed<V>& window) {
        const int here = r * d.S + s;
        UNROLL for (int v = 0; v < V; ++v) sum[i][j].at[v] +=
            window.place.at(v) == here ? window.gradient.at[v] : 0.0f;
      });

  const auto own_finish = finish.template of<V>(c);
  UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
    if (is_inside(h0 + i, d.H) && is_inside(w0 + j, d.W))
      own_finish(d.input(n, h0 + i, w0 + j, c), sum[i][j]);
  }
}

/// `aligned`: whether what `map` reads lets it take 4 channels with one access.
template <class Map>
void launch_max_pool(Stream& stream, const char* name, const ChannelwiseDims& dims, bool aligned,
                     const float* x, const Map& map, float* y, std::uint8_t* argmax) {
  const WindowShape d(dims);
  const bool vectors =
      aligned && d.C % 4 == 0 && is_aligned16(x) && is_aligned16(y) && is_aligned4(argmax);
  with_pool_tile(dims.window, vectors, [&]<class Tile, class Width>(Tile tile, Width) {
    constexpr int V = Width::value;
    for_each_tile_grid(tile, dims.N, d.P, d.Q, d.C, V, [&](const TileGrid& grid) {
      launch(stream, NamedKernel{name, max_pool_kernel<Tile, V, Map>},
             blocks_for(grid.items(), kWindowThreads), kWindowThreads, 0, d, grid, x, map, y,
             argmax);
    });
  });
}

/// `aligned`: the same for `finish`.
template <class Finish>
void launch_max_pool_gradient(Stream& stream, const char* name, const ChannelwiseDims& dims,
                              bool aligned, const std::uint8_t* argmax, const float* dy,
                              const Finish& finish) {
  const WindowShape d(dims);
  const bool vectors = aligned && d.C % 4 == 0 && is_aligned16(dy) && is_aligned4(argmax);
  with_pool_gradient_tile(dims.window, vectors, [&]<class Tile, class Width>(Tile tile, Width) {
    constexpr int V = Width::value;
    const int rows = d.H + tile_shift<Tile>(d.pad_top);
    const int columns = d.W + tile_shift<Tile>(d.pad_left);
    for_each_tile_grid(tile, dims.N, rows, columns, d.C, V, [&](const TileGrid& grid) {
      launch(stream, NamedKernel{name, max_pool_gradient_kernel<Tile, V, Finish>},
             blocks_for(grid.items(), kWindowThreads), kWindowThreads, 0, d, grid, argmax, dy,
             finish);
    });
  });
}

}  // namespace nanopneumo::GPU_NAMESPACE

// dx[n,h,w,c] = sum over the p,q,r,s with p*stride_h + r - pad.top = h and likewise for w of
//               dy[n,p,q,c] * w[r,s,c]
#include "kernels/cuda/depthwise_weights.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

// At stride 2 a tile of 4 x 4 pixels lies under 3 x 3 windows: 9/16 dy, one store and 9/16 weights
// for each dx, 1.7 times the compulsory 1.25.
using Gradient3x3Stride2 = WindowTile<3, 3, 2, 4, 4>;
using Gradient5x5Stride2 = WindowTile<5, 5, 2, 8, 8, 1>;

// A thread: a tile of dx (window_tile.h) of V channels, each gathered from the windows over it.
template <class Tile, int V>
__global__ void __launch_bounds__(kWindowThreads, kWindowBlocks)
    depthwise_input_gradient_kernel(WindowShape d, TileGrid grid, const float* w, const float* dy,
                                    float* dx) {
  const unsigned item = thread_number();
  if (!grid.has(item)) return;
  const auto [n, row, column, c] = grid.place(item);
  const int h0 = row - tile_shift<Tile>(d.pad_top), w0 = column - tile_shift<Tile>(d.pad_left);
  const DepthwiseWeights<Tile, V> weights(d, w, c);
  const float* image = dy + d.output(n, 0, 0, c);

  Pack<V> sum[Tile::kRows][Tile::kColumns] = {};
  for_each_window<Tile>(
      d, h0, w0, Pack<V>{},
      [&](int p, int q) { return load_pack<V>(image + std::int64_t{p * d.Q + q} * d.C); },
      [&](int i, int j, int r, int s, const Pack<V>& value) {
        add_product(sum[i][j], value, weights(r, s));
      });

  UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
    if (is_inside(h0 + i, d.H) && is_inside(w0 + j, d.W))
      store_pack(dx + d.input(n, h0 + i, w0 + j, c), sum[i][j].at);
  }
}

}  // namespace

void depthwise_input_gradient(Stream& stream, const ChannelwiseDims& dims, const float* w,
                              const float* dy, float* dx) {
  const WindowShape d(dims);
  const bool vectors = d.C % 4 == 0 && is_aligned16(w) && is_aligned16(dy) && is_aligned16(dx);
  with_tile<Depthwise3x3, Gradient3x3Stride2, Depthwise5x5, Gradient5x5Stride2>(
      dims.window, [&]<class Tile>(Tile tile) {
        with_vector<Tile::kPack>(vectors, [&](auto width) {
          constexpr int V = decltype(width)::value;
          const int rows = d.H + tile_shift<Tile>(d.pad_top);
          const int columns = d.W + tile_shift<Tile>(d.pad_left);
          for_each_tile_grid(tile, dims.N, rows, columns, d.C, V, [&](const TileGrid& grid) {
            launch(stream, KERNEL(depthwise_input_gradient_kernel<Tile, V>),
                   blocks_for(grid.items(), kWindowThreads), kWindowThreads, 0, d, grid, w, dy, dx);
          });
        });
      });
}

}  // namespace nanopneumo::GPU_NAMESPACE

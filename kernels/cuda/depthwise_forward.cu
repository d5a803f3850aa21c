// y[n,p,q,c] = act(bias[c] + residual[n,p,q,c] + sum_{r,s} x[n, p*stride_h + r - pad.top,
//              q*stride_w + s - pad.left, c] * w[r,s,c])
#include "kernels/cuda/depthwise_weights.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

// At stride 2 an output needs four new inputs: 2 x 4 outputs read 45/8, store one and read 9/8
// weights, 1.6 times the compulsory five.
using Depthwise3x3Stride2 = WindowTile<3, 3, 2, 2, 4>;
using Depthwise5x5Stride2 = WindowTile<5, 5, 2, 4, 8, 1>;

// A thread: a tile of outputs (window_tile.h) of V channels.
template <class Tile, int V>
__global__ void __launch_bounds__(kWindowThreads)
    depthwise_forward_kernel(WindowShape d, TileGrid grid, const float* x, const float* w,
                             Epilogue<float> epilogue, float* y) {
  const unsigned item = thread_number();
  if (!grid.has(item)) return;
  const auto [n, p0, q0, c] = grid.place(item);
  const DepthwiseWeights<Tile, V> weights(d, w, c);
  const float* image = x + d.input(n, 0, 0, c);

  // The sums begin with the bias, so that it is read once for the tile and not once for each pixel.
  const Pack<V> bias = epilogue.bias ? load_pack<V>(epilogue.bias + c) : Pack<V>{};
  epilogue.bias = nullptr;
  Pack<V> sum[Tile::kRows][Tile::kColumns];
  UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
    sum[i][j] = bias;
  }
  for_each_tap<Tile>(
      d, p0, q0, Pack<V>{},
      [&](int row, int column) {
        return load_pack<V>(image + std::int64_t{row * d.W + column} * d.C);
      },
      [&](int i, int j, int r, int s, const Pack<V>& value) {
        add_product(sum[i][j], value, weights(r, s));
      });

  UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
    if (p0 + i >= d.P || q0 + j >= d.Q) continue;
    const std::int64_t index = d.output(n, p0 + i, q0 + j, c);
    store_pack(y + index, finish<V>(epilogue, sum[i][j], index, c).at);
  }
}

}  // namespace

void depthwise_forward(Stream& stream, const ChannelwiseDims& dims, const float* x, const float* w,
                       const Epilogue<float>& epilogue, float* y) {
  const WindowShape d(dims);
  const bool vectors = d.C % 4 == 0 && is_aligned16(x) && is_aligned16(w) && is_aligned16(y) &&
                       is_aligned16(epilogue);
  with_tile<Depthwise3x3, Depthwise3x3Stride2, Depthwise5x5, Depthwise5x5Stride2>(
      dims.window, [&]<class Tile>(Tile tile) {
        with_vector<Tile::kPack>(vectors, [&](auto width) {
          constexpr int V = decltype(width)::value;
          for_each_tile_grid(tile, dims.N, d.P, d.Q, d.C, V, [&](const TileGrid& grid) {
            launch(stream, KERNEL(depthwise_forward_kernel<Tile, V>),
                   blocks_for(grid.items(), kWindowThreads), kWindowThreads, 0, d, grid, x, w,
                   epilogue, y);
          });
        });
      });
}

}  // namespace nanopneumo::GPU_NAMESPACE

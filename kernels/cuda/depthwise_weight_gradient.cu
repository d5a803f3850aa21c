// dw[r,s,c] = sum_{n,p,q} x[n, p*stride_h + r - pad.top, q*stride_w + s - pad.left, c] dy[n,p,q,c]
// db[c]     = sum_{n,p,q} dy[n,p,q,c]
//
// A thread walks over tiles of dy and adds up dw of all taps for its channels in registers, with each
// x of a tile read once: (36 x + 16 dy) / 16 for 3x3 stride 1 is 1.6 times the compulsory two. The
// lanes of a block are summed in shared memory, the blocks by a second kernel (row_sums.h).
#include <algorithm>

#include "kernels/cuda/channel_lanes.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/row_sums.h"
#include "kernels/cuda/window_tile.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

using Weight3x3 = WindowTile<3, 3, 1, 4, 4>;
using Weight3x3Stride2 = WindowTile<3, 3, 2, 2, 4>;
using Weight5x5 = WindowTile<5, 5, 1, 8, 8, 1>;
using Weight5x5Stride2 = WindowTile<5, 5, 2, 4, 8, 1>;

/// The tiles of dy, numbered image by image, in chunks for a block each.
struct TileChunks {
  /// Enough blocks for a large GPU; beyond it, more partial sums would only be more traffic.
  static constexpr std::int64_t kBlocks = 512;

  std::int64_t tiles;
  int tiles_each, chunks;
  FastDivisor columns, in_image;

  template <class Tile>
  TileChunks(Tile, int N, int P, int Q, int lanes, std::int64_t blocks_a_chunk)
      : columns(static_cast<int>(ceil_div(Q, Tile::kColumns))),
        in_image(static_cast<int>(ceil_div(P, Tile::kRows)) * columns.divisor()) {
    tiles = std::int64_t{N} * in_image.divisor();
    const std::int64_t wanted =
        std::clamp<std::int64_t>(kBlocks / blocks_a_chunk, 1, ceil_div(tiles, lanes));
    tiles_each = static_cast<int>(ceil_div(tiles, wanted));
    chunks = static_cast<int>(ceil_div(tiles, tiles_each));
  }
};

/// The taps that one thread sums: all of a known window; of another one, which a block for each tap
/// takes as a window of 1 x 1, one.
template <class Tile>
inline constexpr int kTaps = Tile::kKnown ? Tile::kR* Tile::kS : 1;

// Block (channels, tap, chunk), the channels varying fastest. dw: (chunks, R*S, C), db: (chunks, C) or
// null.
template <class Tile, int V>
__global__ void __launch_bounds__(ChannelLanes::kThreads, kWindowBlocks)
    depthwise_weight_gradient_kernel(WindowShape d, TileChunks chunks, int channel_blocks,
                                     int tap_blocks, const float* x, const float* dy, float* dw,
                                     float* db) {
  const int block = static_cast<int>(blockIdx.x);
  const int first_channel = block % channel_blocks * static_cast<int>(blockDim.x) * V;
  const int first_tap = block / channel_blocks % tap_blocks;
  const int chunk = block / channel_blocks / tap_blocks;
  const int c = first_channel + static_cast<int>(threadIdx.x) * V;
  const int all_taps = d.R * d.S;
  if constexpr (!Tile::kKnown) {
    d.pad_top -= first_tap / d.S;
    d.pad_left -= first_tap % d.S;
    d.R = d.S = 1;
  }

  Pack<V> sum[kTaps<Tile> + 1] = {};  // dw and db
  const std::int64_t first = std::int64_t{chunk} * chunks.tiles_each;
  const std::int64_t left = chunks.tiles - first;
  const int count = left < chunks.tiles_each ? static_cast<int>(left) : chunks.tiles_each;
  const int first_image = static_cast<int>(first / chunks.in_image.divisor());
  const int offset = static_cast<int>(first % chunks.in_image.divisor());
  for (int k = static_cast<int>(threadIdx.y); c < d.C && k < count;
       k += static_cast<int>(blockDim.y)) {
    const auto [image, tile] = chunks.in_image.divide_with_remainder(offset + k);
    const auto [row, column] = chunks.columns.divide_with_remainder(tile);
    const int n = first_image + image, p0 = row * Tile::kRows, q0 = column * Tile::kColumns;
    const float* in = x + d.input(n, 0, 0, c);

    Pack<V> gradient[Tile::kRows][Tile::kColumns];
    UNROLL for (int i = 0; i < Tile::kRows; ++i) UNROLL for (int j = 0; j < Tile::kColumns; ++j) {
      const bool inside = p0 + i < d.P && q0 + j < d.Q;
      gradient[i][j] = inside ? load_pack<V>(dy + d.output(n, p0 + i, q0 + j, c)) : Pack<V>{};
      UNROLL for (int v = 0; v < V; ++v) sum[kTaps<Tile>].at[v] += gradient[i][j].at[v];
    }
    for_each_tap<Tile>(
        d, p0, q0, Pack<V>{},
        [&](int h, int w) { return load_pack<V>(in + std::int64_t{h * d.W + w} * d.C); },
        [&](int i, int j, int r, int s, const Pack<V>& value) {
          add_product(sum[Tile::kKnown ? r * Tile::kS + s : 0], value, gradient[i][j]);
        });
  }

  sum_lanes(sum, dynamic_shared<float>(), [&](int k, int channel, float value) {
    const int to = first_channel + channel;
    if (to >= d.C) return;
    if (k < kTaps<Tile>)
      dw[(std::int64_t{chunk} * all_taps + first_tap + k) * d.C + to] = value;
    else if (db && first_tap == 0)
      db[std::int64_t{chunk} * d.C + to] = value;
  });
}

}  // namespace

void depthwise_weight_gradient(Stream& stream, const ChannelwiseDims& dims, const float* x,
                               const float* dy, float* dw, float* db) {
  const WindowShape d(dims);
  const bool vectors = d.C % 4 == 0 && is_aligned16(x) && is_aligned16(dy);
  with_tile<Weight3x3, Weight3x3Stride2, Weight5x5, Weight5x5Stride2>(
      dims.window, [&]<class Tile>(Tile tile) {
        with_vector<Tile::kPack>(vectors, [&](auto width) {
          constexpr int V = decltype(width)::value;
          const ChannelLanes lanes(d.C / V);
          const int tap_blocks = Tile::kKnown ? 1 : d.R * d.S;
          const std::int64_t blocks = std::int64_t{lanes.blocks} * tap_blocks;
          const TileChunks chunks(tile, dims.N, d.P, d.Q, lanes.lanes, blocks);
          const RowGroups dw_sums{1, chunks.chunks, d.R * d.S * d.C};
          const RowGroups db_sums{1, chunks.chunks, d.C};
          const std::int64_t dw_size = dw_sums.rows * dw_sums.C, db_size = db_sums.rows * d.C;
          auto* partial_dw = static_cast<float*>(gpu_stream(stream).workspace(
              sizeof(float) * static_cast<std::size_t>(dw_size + (db ? db_size : 0))));
          float* partial_db = db ? partial_dw + dw_size : nullptr;
          const std::size_t shared = sizeof(float) * V * (kTaps<Tile> + 1) * ChannelLanes::kThreads;
          launch(stream, KERNEL(depthwise_weight_gradient_kernel<Tile, V>),
                 dim3(static_cast<unsigned>(blocks * chunks.chunks)), lanes.block(), shared, d,
                 chunks, lanes.blocks, tap_blocks, x, dy, partial_dw, partial_db);
          sum_partial(stream, "depthwise_dw_sums", dw_sums, partial_dw, dw);
          if (db) sum_partial(stream, "depthwise_db_sums", db_sums, partial_db, db);
        });
      });
}

}  // namespace nanopneumo::GPU_NAMESPACE

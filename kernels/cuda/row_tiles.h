// How a grid shares a matrix of rows and channels when every channel is treated on its own: batch
// normalisation (all rows), global average pooling (the rows of each image).
//
// The matrix is `groups` groups of `rows` rows of C channels. A block has a tile: up to 64 vectors of
// channels, times a chunk of a group's rows. Its threads form a small matrix, `width` vectors wide and
// `rows_at_once` high, that moves down the chunk. So neighbouring threads read neighbouring channels,
// and where a row has fewer channels than a warp has lanes, the lanes go on in the next row, which
// follows in memory:
//
//   C = 12, vectors of 4 channels:  thread   0 1 2 | 3 4 5 | 6 7 8 | ...
//                                   row      0     | 1     | 2     | ...
//
// All of it depends on the shape alone, never on the device: sums made along it have the same bits
// everywhere.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/operands.h"

namespace nanopneumo::GPU_NAMESPACE {

inline constexpr int kTileThreads = 256;
inline constexpr int kTileVectors = 64;  ///< most vectors side by side

/// `groups` matrices of (rows, C), one behind the other.
struct RowGroups {
  std::int64_t groups, rows;
  int C;
};

struct RowTiles {
  std::int64_t rows;        ///< of a group
  std::int64_t chunk_rows;  ///< of a block; the last chunk of a group may be shorter
  std::int64_t chunks;      ///< of a group
  std::int64_t chunks_of_all_groups;
  int C;
  int tiles;         ///< side by side
  int width;         ///< vectors of a tile
  int rows_at_once;  ///< that a block's threads cover

  dim3 grid() const { return dim3(static_cast<unsigned>(chunks_of_all_groups * tiles)); }
  dim3 block() const {
    return dim3(static_cast<unsigned>(ceil_div(width * rows_at_once, kWarp) * kWarp));
  }
};

namespace detail {

/// Tiles that are whole groups, of equal widths up to `most_vectors`. Where the shape allows it, no
/// sector is shared by two tiles, or by the rows of two steps: with one tile, whose rows follow one
/// another in memory, a step then is a multiple of 8 floats, whatever C. (With several tiles and C no
/// multiple of 8 the rows of a tile begin and end inside sectors: at most one in 8 is read twice.)
inline RowTiles whole_groups(const RowGroups& m, int vector, int most_vectors) {
  const int vectors = static_cast<int>(ceil_div(m.C, vector));
  int width = static_cast<int>(ceil_div(vectors, ceil_div(vectors, most_vectors)));
  if (width < vectors) {
    const int sector = kSectorFloats / vector;
    width = static_cast<int>(ceil_div(width, sector) * sector);
  }
  int rows_at_once = static_cast<int>(std::min<std::int64_t>(kTileThreads / width, m.rows));
  if (const int whole = kSectorFloats / std::gcd(m.C, kSectorFloats); rows_at_once > whole)
    rows_at_once -= rows_at_once % whole;
  return {.rows = m.rows,
          .chunk_rows = m.rows,
          .chunks = 1,
          .chunks_of_all_groups = m.groups,
          .C = m.C,
          .tiles = static_cast<int>(ceil_div(vectors, width)),
          .width = width,
          .rows_at_once = rows_at_once};
}

}  // namespace detail

/// Tiles that keep a large GPU busy: about a thousand blocks where the matrix is large enough to give
/// each thread 16 rows. With fewer, what a block reads and writes once (channel constants, partial
/// sums) would count beside its rows.
inline RowTiles row_tiles(const RowGroups& m, int vector) {
  constexpr int kBlocks = 1024, kLeastRows = 16;
  RowTiles tiles = detail::whole_groups(m, vector, kTileVectors);
  const std::int64_t most_chunks = std::max<std::int64_t>(1, kBlocks / (tiles.tiles * m.groups));
  const std::int64_t steps =
      std::max<std::int64_t>(kLeastRows, ceil_div(m.rows, tiles.rows_at_once * most_chunks));
  tiles.chunk_rows = std::min(m.rows, steps * tiles.rows_at_once);
  tiles.chunks = ceil_div(m.rows, tiles.chunk_rows);
  tiles.chunks_of_all_groups = m.groups * tiles.chunks;
  return tiles;
}

/// Tiles that are whole groups, narrow ones (a sector of 8 floats), so that many threads share the
/// rows of a channel: for the second level of a reduction, which has little to read and should be
/// over soon.
inline RowTiles narrow_tiles(const RowGroups& m) { return detail::whole_groups(m, 1, 8); }

/// A thread's part of its block's tile: channels c .. c + kVector - 1 of the rows begin, begin + step,
/// ... before end, counted from the first row of the first group.
template <int kVector>
struct TileThread {
  std::int64_t group, chunk;  ///< chunk counts on over all groups
  std::int64_t begin, end;
  int step;
  int tile_c;  ///< first channel of the tile
  int column, c;
  int row;  ///< among those that the block's threads cover
  bool working;

  __device__ explicit TileThread(const RowTiles& tiles) {
    const int tile = static_cast<int>(blockIdx.x % static_cast<unsigned>(tiles.tiles));
    chunk = blockIdx.x / static_cast<unsigned>(tiles.tiles);
    group = chunk / tiles.chunks;
    const std::int64_t first = (chunk - group * tiles.chunks) * tiles.chunk_rows;
    row = static_cast<int>(threadIdx.x) / tiles.width;
    column = static_cast<int>(threadIdx.x) - row * tiles.width;
    tile_c = tile * tiles.width * kVector;
    c = tile_c + column * kVector;
    begin = group * tiles.rows + first + row;
    end = group * tiles.rows + std::min(first + tiles.chunk_rows, tiles.rows);
    step = tiles.rows_at_once;
    working = row < tiles.rows_at_once && c < tiles.C;
  }
};

/// T with padding, if need be, to an odd number of its `Real`s. Neighbouring threads that read the same
/// member of neighbouring Ts in shared memory then use different banks.
template <class T, bool kIsEven = sizeof(T) / sizeof(typename T::Real) % 2 == 0>
struct OddSized : T {};
template <class T>
struct OddSized<T, true> : T {
  typename T::Real padding;
};

}  // namespace nanopneumo::GPU_NAMESPACE

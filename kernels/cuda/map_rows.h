// The same affine or other map for all rows of a group, with constants for each channel:
//
//   map_rows(stream, "normalize", RowGroups{1, rows, C}, f, In{x}, Out{y});
//
// calls f(constants of the channel, x, y) for every element. The constants, f.constants(group, c), may
// cost a square root in double: a block computes them once for its tile, in shared memory.
#pragma once

#include "kernels/cuda/row_tiles.h"

namespace nanopneumo::GPU_NAMESPACE {

template <int kVector, class F, class... Operands>
__global__ void map_rows_kernel(RowTiles tiles, F f, Operands... operands) {
  using Constants = typename F::Constants;
  SHARED_ARRAY(OddSized<Constants>, of_tile, [kTileVectors * kVector]);
  const TileThread<kVector> self(tiles);
  // Number i of the tile's channels is lane i % kVector of column i / kVector; the columns of a lane
  // lie side by side, as the threads will read them (writing them so takes four wavefronts, once).
  const int channels = std::min(tiles.width * kVector, tiles.C - self.tile_c);
  for (int i = static_cast<int>(threadIdx.x); i < channels; i += static_cast<int>(blockDim.x)) {
    Constants& place = of_tile[i % kVector * tiles.width + i / kVector];
    place = f.constants(self.group, self.tile_c + i);
  }
  __syncthreads();
  if (!self.working) return;
  Constants own[kVector];
  UNROLL
  for (int lane = 0; lane < kVector; ++lane) own[lane] = of_tile[lane * tiles.width + self.column];
  const auto with_constants = [&](int lane, auto&... numbers) { f(own[lane], numbers...); };
  for (std::int64_t row = self.begin; row < self.end; row += self.step)
    transform<kVector>(row * tiles.C + self.c, with_constants, operands...);
}

template <class F, class... Operands>
void map_rows(Stream& stream, const char* name, const RowGroups& m, const F& f,
              Operands... operands) {
  const auto run = [&](auto kernel, int vector) {
    const RowTiles tiles = row_tiles(m, vector);
    launch(stream, NamedKernel{name, kernel}, tiles.grid(), tiles.block(), 0, tiles, f,
           operands...);
  };
  if (m.C % kVectorFloats == 0 && (is_aligned16(operands.data) && ...))
    run(map_rows_kernel<kVectorFloats, F, Operands...>, kVectorFloats);
  else
    run(map_rows_kernel<1, F, Operands...>, 1);
}

}  // namespace nanopneumo::GPU_NAMESPACE

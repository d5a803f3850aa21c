// The tiles (window_tile.h) of the pools in the eight networks.
#pragma once

#include "kernels/cuda/channel_pack.h"
#include "kernels/cuda/window_tile.h"

namespace nanopneumo::GPU_NAMESPACE {

// Inputs read for each output: 24/8 at 3x3 stride 1, 45/8 at stride 2 and, without overlap, 4 for 2x2
// at stride 2; with the store 2.0, 1.3 and 1.0 times the compulsory traffic. A maximum keeps a place
// beside each value, which is why the tiles are smaller than those of a depthwise convolution.
using Pool3x3 = WindowTile<3, 3, 1, 2, 4>;
using Pool3x3Stride2 = WindowTile<3, 3, 2, 2, 4>;
using Pool2x2Stride2 = WindowTile<2, 2, 2, 2, 2>;

// The tiles of dx. Windows read for each pixel: 30/12, 9/16 and 4/16.
using PoolGradient3x3 = WindowTile<3, 3, 1, 3, 4>;
using PoolGradient3x3Stride2 = WindowTile<3, 3, 2, 4, 4>;
using PoolGradient2x2Stride2 = WindowTile<2, 2, 2, 4, 4>;

/// Calls body(tile, width) with the tile of `window` and, as an integral_constant, the channels a
/// thread takes.
template <class Body>
void with_pool_tile(const Window& window, bool vectors, const Body& body) {
  with_tile<Pool3x3, Pool3x3Stride2, Pool2x2Stride2>(
      window, [&](auto tile) { with_vector(vectors, [&](auto width) { body(tile, width); }); });
}
template <class Body>
void with_pool_gradient_tile(const Window& window, bool vectors, const Body& body) {
  with_tile<PoolGradient3x3, PoolGradient3x3Stride2, PoolGradient2x2Stride2>(
      window, [&](auto tile) { with_vector(vectors, [&](auto width) { body(tile, width); }); });
}

}  // namespace nanopneumo::GPU_NAMESPACE

// The weights of a depthwise convolution that a thread's channels need.
#pragma once

#include "kernels/cuda/channel_pack.h"
#include "kernels/cuda/window_tile.h"

namespace nanopneumo::GPU_NAMESPACE {

/// w[r, s, channel .. channel + V - 1]: in registers where the tile's size is known, so that each is
/// read once for a whole tile; else read where it is used.
template <class Tile, int V>
class DepthwiseWeights {
 public:
  __device__ DepthwiseWeights(const WindowShape& d, const float* w, int channel)
      : w_(w + channel), S_(d.S), C_(d.C) {
    if constexpr (Tile::kKnown)
      UNROLL for (int tap = 0; tap < kTaps; ++tap) kept_[tap] = load_pack<V>(w_ + tap * C_);
  }

  __device__ __forceinline__ Pack<V> operator()(int r, int s) const {
    if constexpr (Tile::kKnown)
      return kept_[r * Tile::kS + s];
    else
      return load_pack<V>(w_ + std::int64_t{r * S_ + s} * C_);
  }

 private:
  static constexpr int kTaps = std::max(1, Tile::kR* Tile::kS);
  const float* w_;
  int S_, C_;
  Pack<V> kept_[kTaps];
};

// The windows of the eight networks, and what their tiles make of the traffic. An output of 3x3
// stride 1 costs 36/16 inputs, one store and 9/16 weights: 1.9 times the compulsory two. 5x5 windows
// need larger tiles for the same, and one channel a thread to have the registers for them.
using Depthwise3x3 = WindowTile<3, 3, 1, 4, 4>;
using Depthwise5x5 = WindowTile<5, 5, 1, 8, 8, 1>;

}  // namespace nanopneumo::GPU_NAMESPACE

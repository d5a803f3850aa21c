// How the threads of a block share pixels x channels where each channel is summed over many pixels.
#pragma once

#include <algorithm>

#include "kernels/cuda/channel_pack.h"
#include "kernels/cuda/gpu.h"

namespace nanopneumo::GPU_NAMESPACE {

/// A block of up to kThreads threads: `packs` neighbouring packs of channels (threadIdx.x) and `lanes`
/// pixels at a time (threadIdx.y). At most a warp of packs, and the packs of a tensor are divided
/// evenly among the blocks, so that few threads are idle: 36 packs are two blocks of 18.
struct ChannelLanes {
  static constexpr int kThreads = 128;

  int packs, lanes;
  int blocks;  ///< that it takes for all channels

  explicit ChannelLanes(int all_packs)
      : packs(static_cast<int>(ceil_div(all_packs, ceil_div(all_packs, kWarp)))),
        lanes(kThreads / packs),
        blocks(static_cast<int>(ceil_div(all_packs, packs))) {}

  dim3 block() const { return dim3(static_cast<unsigned>(packs), static_cast<unsigned>(lanes)); }
};

/// Sums what the lanes of a block have added up for `count` quantities of each channel: calls
/// write(k, channel, sum) for the k-th quantity of channel 0 .. packs * V - 1 of the block. `shared`
/// holds count * V floats for each thread. Lanes are added in their order.
template <int count, int V, class Write>
__device__ __forceinline__ void sum_lanes(const Pack<V> (&own)[count], float* shared,
                                          const Write& write) {
  const int channels = static_cast<int>(blockDim.x) * V, lanes = static_cast<int>(blockDim.y);
  const int thread = static_cast<int>(threadIdx.y * blockDim.x + threadIdx.x);
  const int threads = static_cast<int>(blockDim.x) * lanes;
  UNROLL for (int k = 0; k < count; ++k) store_pack(shared + (k * threads + thread) * V, own[k].at);
  __syncthreads();
  for (int i = thread; i < count * channels; i += threads) {
    const int k = i / channels, channel = i % channels;
    const float* of_lane = shared + k * threads * V + channel;
    float sum = 0;
    for (int lane = 0; lane < lanes; ++lane) sum += of_lane[lane * channels];
    write(k, channel, sum);
  }
}

}  // namespace nanopneumo::GPU_NAMESPACE

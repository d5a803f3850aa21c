// Sums over neighbouring lanes of a warp, and over a block.
#pragma once

#include "kernels/cuda/gpu.h"

namespace nanopneumo::GPU_NAMESPACE {

/// What the lane holds whose number differs in the bit `distance`. Types of several words have an
/// overload of their own.
template <class T>
__device__ inline T exchange(T value, int distance) {
  return __shfl_xor_sync(kAllLanes, value, distance);
}

/// The sum over a group of `lanes` neighbouring lanes (a power of two up to 32), in all of them: a
/// butterfly, after whose step k each lane holds what 2^k lanes had. a + b being b + a, all lanes come
/// to the same bits. All lanes of the warp must call it.
template <class T>
__device__ inline T lanes_sum(T value, int lanes) {
  for (int distance = 1; distance < lanes; distance *= 2) value = value + exchange(value, distance);
  return value;
}

/// The sum over a one-dimensional block of kThreads threads: over each warp in registers, then over
/// the warps' sums in their order.
template <int kThreads, class T>
__device__ inline T block_sum(T value) {
  static_assert(kThreads % kWarp == 0);
  constexpr int kWarps = kThreads / kWarp;
  SHARED_ARRAY(T, warp_sums, [kWarps]);
  value = lanes_sum(value, kWarp);
  if (threadIdx.x % kWarp == 0) warp_sums[threadIdx.x / kWarp] = value;
  __syncthreads();
  T sum = warp_sums[0];
  UNROLL
  for (int warp = 1; warp < kWarps; ++warp) sum = sum + warp_sums[warp];
  return sum;
}

}  // namespace nanopneumo::GPU_NAMESPACE

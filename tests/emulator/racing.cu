// Accesses that are ordered, and the same without what orders them.
#include "kernels/cuda/launch.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

template <bool kOrdered>
__global__ void neighbours_kernel(float* data) {
  SHARED_ARRAY(float, tile, [64]);
  const unsigned i = threadIdx.x;
  tile[i] = 1;
  if (kOrdered) __syncwarp();
  data[i] = tile[i ^ 1];
}

// __syncwarp orders the lanes of a warp, not two warps.
__global__ void other_warp_after_syncwarp_kernel(float* data) {
  SHARED_ARRAY(float, tile, [64]);
  const unsigned i = threadIdx.x;
  tile[i] = 1;
  __syncwarp();
  if (i >= 32) data[i] = tile[i ^ 32];
}

// Each half of the warp meets in a mask of its own; the loads before are requests of the whole warp.
__global__ void half_warps_kernel(float* data) {
  const unsigned i = threadIdx.x, half = i < 16 ? 0x0000FFFFu : 0xFFFF0000u;
  float value = data[i];
  value += __shfl_xor_sync(half, value, 1);
  data[i] = value;
}

__global__ void own_bytes_kernel(float* data) {
  reinterpret_cast<unsigned char*>(data)[threadIdx.x] = 1;
}

__global__ void blocks_write_one_word_kernel(float* data) { data[0] = 1; }

__global__ void blocks_count_atomically_kernel(float* data) { atomicAdd(&data[0], 1.0f); }

__global__ void blocks_read_what_is_counted_kernel(float* data) {
  atomicAdd(&data[0], 1.0f);
  data[1 + blockIdx.x] = data[0];
}

// data[1 + b] = b + 1 in block b; the last block to come sums them into data[0]. data[63] counts.
template <bool kFence>
__global__ void last_block_kernel(float* data) {
  data[1 + blockIdx.x] = static_cast<float>(blockIdx.x + 1);
  if (kFence) __threadfence();
  if (atomicAdd(&data[63], 1.0f) != static_cast<float>(gridDim.x - 1)) return;
  float sum = 0;
  for (unsigned b = 0; b < gridDim.x; ++b) sum += data[1 + b];
  data[0] = sum;
}

}  // namespace

#define LAUNCH(name, kernel, blocks, threads)                             \
  void name(Stream& stream, float* data) {                                \
    launch(stream, KERNEL(kernel), dim3(blocks), dim3(threads), 0, data); \
  }
LAUNCH(neighbours_after_syncwarp, neighbours_kernel<true>, 1, 64)
LAUNCH(neighbours_unordered, neighbours_kernel<false>, 1, 64)
LAUNCH(other_warp_after_syncwarp, other_warp_after_syncwarp_kernel, 1, 64)
LAUNCH(half_warps, half_warps_kernel, 1, 32)
LAUNCH(own_bytes, own_bytes_kernel, 1, 64)
LAUNCH(blocks_write_one_word, blocks_write_one_word_kernel, 4, 1)
LAUNCH(blocks_count_atomically, blocks_count_atomically_kernel, 4, 32)
LAUNCH(blocks_read_what_is_counted, blocks_read_what_is_counted_kernel, 4, 1)
LAUNCH(last_block_sums, last_block_kernel<true>, 8, 1)
LAUNCH(last_block_without_fence, last_block_kernel<false>, 8, 1)

}  // namespace nanopneumo::GPU_NAMESPACE

// What shuffles, votes and indices give.
#include "kernels/cuda/launch.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

__global__ void shuffles_kernel(float* out) {
  const int lane = static_cast<int>(threadIdx.x);
  const float mine = static_cast<float>(100 + lane);
  out[0 * 32 + lane] = __shfl_sync(kAllLanes, mine, 5);
  out[1 * 32 + lane] =
      __shfl_sync(kAllLanes, mine, lane + 1);  // the source counts modulo the width
  out[2 * 32 + lane] = __shfl_sync(kAllLanes, mine, 3, 8);
  out[3 * 32 + lane] = __shfl_xor_sync(kAllLanes, mine, 16);
  out[4 * 32 + lane] = __shfl_xor_sync(kAllLanes, mine, 3, 4);
  out[5 * 32 + lane] = __shfl_down_sync(kAllLanes, mine, 4);
  out[6 * 32 + lane] = __shfl_up_sync(kAllLanes, mine, 4);
  out[7 * 32 + lane] = __shfl_down_sync(kAllLanes, mine, 2, 8);
  out[8 * 32 + lane] = __shfl_up_sync(kAllLanes, mine, 2, 8);
}

__global__ void votes_kernel(unsigned* out) {
  const unsigned lane = threadIdx.x;
  out[0 * 32 + lane] = __ballot_sync(kAllLanes, lane % 3 == 0);
  out[1 * 32 + lane] = static_cast<unsigned>(__any_sync(kAllLanes, lane == 9));
  out[2 * 32 + lane] = static_cast<unsigned>(__any_sync(kAllLanes, false));
  out[3 * 32 + lane] = static_cast<unsigned>(__all_sync(kAllLanes, lane < 32));
  out[4 * 32 + lane] = static_cast<unsigned>(__all_sync(kAllLanes, lane != 9));
  if (lane % 2) out[5 * 32 + lane] = __ballot_sync(0xAAAAAAAAu, lane > 8);
}

__global__ void order_of_threads_kernel(int* counter, int* out) {
  const unsigned thread = threadIdx.x + 4 * (threadIdx.y + 2 * threadIdx.z);
  out[atomicAdd(counter, 1)] = static_cast<int>(blockIdx.x * 16 + thread);
}

__global__ void indices_kernel(int* out) {
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  int* mine = out + 6 * (block * 16 + thread);
  mine[0] = static_cast<int>(threadIdx.x);
  mine[1] = static_cast<int>(threadIdx.y);
  mine[2] = static_cast<int>(threadIdx.z);
  mine[3] = static_cast<int>(blockIdx.x);
  mine[4] = static_cast<int>(blockIdx.y);
  mine[5] = static_cast<int>(blockIdx.z);
}

}  // namespace

void shuffles(Stream& stream, float* out) {
  launch(stream, KERNEL(shuffles_kernel), 1, 32, 0, out);
}
void votes(Stream& stream, unsigned* out) { launch(stream, KERNEL(votes_kernel), 1, 32, 0, out); }
void order_of_threads(Stream& stream, int* counter, int* out) {
  launch(stream, KERNEL(order_of_threads_kernel), 2, dim3(4, 2, 2), 0, counter, out);
}
void indices(Stream& stream, int* out) {
  launch(stream, KERNEL(indices_kernel), dim3(2, 3), dim3(4, 2, 2), 0, out);
}

}  // namespace nanopneumo::GPU_NAMESPACE

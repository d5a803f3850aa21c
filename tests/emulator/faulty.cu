// Kernels with a fault. Line numbers appear in messages: the tests look for names instead.
#include <stdexcept>

#include "kernels/cuda/launch.h"
#include "tests/emulator/toys.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kData = 64;

__global__ void divergent_barrier_kernel(float* data) {
  if (threadIdx.x < 16) {
    __syncthreads();
    data[threadIdx.x] = 1;
  } else {
    __syncthreads();
    data[threadIdx.x] = 2;
  }
}

__global__ void barrier_after_return_kernel(float* data) {
  if (threadIdx.x >= 16) return;
  __syncthreads();
  data[threadIdx.x] = 1;
}

__global__ void return_without_barrier_kernel(float* data) {
  __syncthreads();
  data[threadIdx.x] = 1;
  if (threadIdx.x % 2) return;
  data[threadIdx.x] = __shfl_sync(0x55555555u, 3.0f, 0);
}

__global__ void shuffle_outside_mask_kernel(float* data) {
  data[threadIdx.x] = __shfl_sync(0x0000FFFFu, 1.0f, 0);
}

__global__ void shuffle_from_absent_lane_kernel(float* data) {
  if (threadIdx.x < 16) data[threadIdx.x] = __shfl_sync(0x0000FFFFu, 1.0f, 20);
}

__global__ void shuffle_after_return_kernel(float* data) {
  if (threadIdx.x >= 16) return;
  data[threadIdx.x] = __shfl_sync(kAllLanes, 1.0f, 0);
}

__global__ void different_warp_operations_kernel(float* data) {
  if (threadIdx.x < 16)
    data[threadIdx.x] = __shfl_sync(kAllLanes, 1.0f, 0);
  else
    data[threadIdx.x] = static_cast<float>(__any_sync(kAllLanes, true));
}

__global__ void read_behind_global_kernel(float* data) {
  data[threadIdx.x] = data[threadIdx.x + kData - 31];
}

__global__ void write_before_global_kernel(float* data) {
  data[static_cast<int>(threadIdx.x) - 1] = 1;
}

__global__ void write_behind_shared_kernel(float* data) {
  SHARED_ARRAY(float, tile, [32]);
  volatile float* row = &tile[0];
  row[threadIdx.x + 1] = 1;
  data[threadIdx.x] = 1;
}

__global__ void read_behind_shared_kernel(float* data) {
  SHARED_ARRAY(float, tile, [32]);
  tile[threadIdx.x] = 1;
  __syncthreads();
  const float* row = &tile[0];
  data[threadIdx.x] = row[threadIdx.x + 1];
}

__global__ void read_unwritten_shared_kernel(float* data) {
  SHARED_ARRAY(float, tile, [32]);
  if (threadIdx.x != 7) tile[threadIdx.x] = 1;
  data[threadIdx.x] = tile[threadIdx.x];
}

__global__ void add_to_itself_kernel(float* data) { data[threadIdx.x] += 1; }

using FourFloats [[gnu::may_alias]] = float __attribute__((vector_size(16), aligned(4)));

__global__ void misaligned_four_kernel(float* data) {
  *reinterpret_cast<FourFloats*>(data + 1) = FourFloats{1, 2, 3, 4};
}

__global__ void throws_kernel(float* data) {
  SHARED_ARRAY(float, tile, [32]);
  tile[threadIdx.x] = 1;
  __syncthreads();
  if (threadIdx.x == 5) throw std::runtime_error("thrown by thread 5");
  __syncthreads();
  data[threadIdx.x] = tile[threadIdx.x];
}

__global__ void too_much_declared_kernel(float* data) {
  SHARED_ARRAY(float, tile, [12 * 1024 + 1]);
  tile[threadIdx.x] = 1;
  data[threadIdx.x] = tile[threadIdx.x];
}

}  // namespace

#define LAUNCH(name, threads, dynamic)                                      \
  void name(Stream& stream, float* data) {                                  \
    launch(stream, KERNEL(name##_kernel), 1, dim3(threads), dynamic, data); \
  }
LAUNCH(divergent_barrier, 32, 0)
LAUNCH(barrier_after_return, 32, 0)
LAUNCH(return_without_barrier, 32, 0)
LAUNCH(shuffle_outside_mask, 32, 0)
LAUNCH(shuffle_from_absent_lane, 32, 0)
LAUNCH(shuffle_after_return, 32, 0)
LAUNCH(different_warp_operations, 32, 0)
LAUNCH(read_behind_global, 32, 0)
LAUNCH(write_before_global, 32, 0)
LAUNCH(write_behind_shared, 32, 0)
LAUNCH(read_behind_shared, 32, 0)
LAUNCH(read_unwritten_shared, 32, 0)
LAUNCH(add_to_itself, 32, 0)
LAUNCH(misaligned_four, 1, 0)
LAUNCH(throws, 32, 0)
LAUNCH(too_much_declared, 32, 0)

void too_much_dynamic(Stream& stream, float* data) {
  launch(stream, KERNEL(add_to_itself_kernel), 1, 32, 227 * 1024 + 1, data);
}
void no_threads(Stream& stream, float* data) {
  launch(stream, KERNEL(add_to_itself_kernel), 1, dim3(32, 0, 1), 0, data);
}
void too_many_threads(Stream& stream, float* data) {
  launch(stream, KERNEL(add_to_itself_kernel), 1, dim3(33, 32, 1), 0, data);
}

}  // namespace nanopneumo::GPU_NAMESPACE

#include "kernels/cuda/launch.h"
#include "tests/cuda/toy_kernels.h"

namespace nanopneumo::test {
namespace {

__global__ void write_kernel(int* out) { out[threadIdx.x] = 1; }

__global__ void number_kernel(int words, int* out) {
  int* shared = cuda::dynamic_shared<int>();
  for (int i = static_cast<int>(threadIdx.x); i < words; i += static_cast<int>(blockDim.x))
    shared[i] = static_cast<int>(blockIdx.x);
  __syncthreads();
  if (threadIdx.x == 0) out[blockIdx.x] = shared[words - 1];
}

}  // namespace

void write_to_nowhere(Stream& stream) {
  cuda::launch(stream, KERNEL(write_kernel), 1, 64, 0, nullptr);
}

void launch_too_large(Stream& stream) {
  cuda::launch(stream, KERNEL(write_kernel), dim3(3, 2), 2048, 0, nullptr);
}

void number_blocks(Stream& stream, int blocks, std::size_t shared_bytes, int* out) {
  cuda::launch(stream, KERNEL(number_kernel), static_cast<unsigned>(blocks), 64, shared_bytes,
               static_cast<int>(shared_bytes / sizeof(int)), out);
}

}  // namespace nanopneumo::test

// y = a + b
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

__global__ void add_kernel(std::int64_t n, const float* a, const float* b, float* y) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a[i] + b[i];
}

}  // namespace

void add(Stream& stream, std::int64_t n, const float* a, const float* b, float* y) {
  constexpr int kThreads = 256;
  launch(stream, KERNEL(add_kernel), dim3(static_cast<unsigned>(ceil_div(n, kThreads))), kThreads,
         0, n, a, b, y);
}

}  // namespace nanopneumo::GPU_NAMESPACE

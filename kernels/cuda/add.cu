// y = a + b
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

struct Add {
  __device__ void operator()(float a, float b, float& y) const { y = a + b; }
};

}  // namespace

void add(Stream& stream, std::int64_t n, const float* a, const float* b, float* y) {
  elementwise(stream, "add", n, Add{}, In{a}, In{b}, Out{y});
}

}  // namespace nanopneumo::GPU_NAMESPACE

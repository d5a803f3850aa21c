// y = value
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

struct Fill {
  float value;
  __device__ void operator()(float& y) const { y = value; }
};

}  // namespace

void fill(Stream& stream, std::int64_t n, float value, float* y) {
  elementwise(stream, "fill", n, Fill{value}, Out{y});
}

}  // namespace nanopneumo::GPU_NAMESPACE

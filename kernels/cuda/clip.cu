// y = min(max(x, -limit), limit)
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

struct Clip {
  float limit;
  /// No comparison is true of NaN, which stays.
  __device__ void operator()(float x, float& y) const {
    y = x > limit ? limit : x < -limit ? -limit : x;
  }
};

}  // namespace

void clip(Stream& stream, std::int64_t n, float limit, const float* x, float* y) {
  elementwise(stream, "clip", n, Clip{limit}, In{x}, Out{y});
}

}  // namespace nanopneumo::GPU_NAMESPACE

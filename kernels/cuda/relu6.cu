// y = min(max(x, 0), 6); dx = 0 < y < 6 ? dy : 0
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/epilogue.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

struct Relu6 {
  __device__ void operator()(float x, float& y) const { y = activate(Activation::relu6, x); }
};

struct Relu6Gradient {
  __device__ void operator()(float y, float dy, float& dx) const { dx = y > 0 && y < 6 ? dy : 0; }
};

}  // namespace

void relu6_forward(Stream& stream, std::int64_t n, const float* x, float* y) {
  elementwise(stream, "relu6_forward", n, Relu6{}, In{x}, Out{y});
}

void relu6_gradient(Stream& stream, std::int64_t n, const float* y, const float* dy, float* dx) {
  elementwise(stream, "relu6_gradient", n, Relu6Gradient{}, In{y}, In{dy}, Out{dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE

// y = x s, dx = dy * s * (1 + x * (1 - s)), s = 1 / (1 + exp(-x))
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/epilogue.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

struct Swish {
  __device__ void operator()(float x, float& y) const { y = activate(Activation::swish, x); }
};

struct SwishGradient {
  __device__ void operator()(float x, float dy, float& dx) const {
    const float s = sigmoid(x);
    dx = dy * s * (1 + x * (1 - s));
  }
};

}  // namespace

void swish_forward(Stream& stream, std::int64_t n, const float* x, float* y) {
  elementwise(stream, "swish_forward", n, Swish{}, In{x}, Out{y});
}

void swish_gradient(Stream& stream, std::int64_t n, const float* x, const float* dy, float* dx) {
  elementwise(stream, "swish_gradient", n, SwishGradient{}, In{x}, In{dy}, Out{dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE

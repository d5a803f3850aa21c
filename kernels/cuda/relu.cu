// y = max(x, 0); dx = y > 0 ? dy : 0
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/epilogue.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

struct Relu {
  __device__ void operator()(float x, float& y) const { y = activate(Activation::relu, x); }
};

struct ReluGradient {
  __device__ void operator()(float y, float dy, float& dx) const { dx = y > 0 ? dy : 0; }
};

}  // namespace

void relu_forward(Stream& stream, std::int64_t n, const float* x, float* y) {
  elementwise(stream, "relu_forward", n, Relu{}, In{x}, Out{y});
}

void relu_gradient(Stream& stream, std::int64_t n, const float* y, const float* dy, float* dx) {
  elementwise(stream, "relu_gradient", n, ReluGradient{}, In{y}, In{dy}, Out{dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE

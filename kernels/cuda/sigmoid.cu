// y = 1 / (1 + exp(-x)); dx = dy * y * (1 - y)
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/epilogue.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

struct Sigmoid {
  __device__ void operator()(float x, float& y) const { y = sigmoid(x); }
};

struct SigmoidGradient {
  __device__ void operator()(float y, float dy, float& dx) const { dx = dy * y * (1 - y); }
};

}  // namespace

void sigmoid_forward(Stream& stream, std::int64_t n, const float* x, float* y) {
  elementwise(stream, "sigmoid_forward", n, Sigmoid{}, In{x}, Out{y});
}

void sigmoid_gradient(Stream& stream, std::int64_t n, const float* y, const float* dy, float* dx) {
  elementwise(stream, "sigmoid_gradient", n, SigmoidGradient{}, In{y}, In{dy}, Out{dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE

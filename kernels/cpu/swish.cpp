// y = x s, dx = dy * s * (1 + x * (1 - s)), s = 1 / (1 + exp(-x))
#include "kernels/cpu/activation.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu {

void swish_forward(Stream& stream, std::int64_t n, const float* x, float* y) {
  parallel_elements(stream, n, [=](std::int64_t i) { y[i] = Swish{}(x[i]); });
}

void swish_gradient(Stream& stream, std::int64_t n, const float* x, const float* dy, float* dx) {
  parallel_elements(stream, n, [=](std::int64_t i) {
    const float s = Sigmoid{}(x[i]);
    dx[i] = dy[i] * s * (1 + x[i] * (1 - s));
  });
}

}  // namespace nanopneumo::cpu

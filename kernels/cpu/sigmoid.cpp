// y = 1 / (1 + exp(-x)); dx = dy * y * (1 - y)
#include "kernels/cpu/activation.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel_registers.h"

namespace nanopneumo::cpu {

void sigmoid_forward(Stream& stream, std::int64_t n, const float* x, float* y) {
  map_registers(stream, n, Sigmoid{}, x, y);
}

void sigmoid_gradient(Stream& stream, std::int64_t n, const float* y, const float* dy, float* dx) {
  parallel_elements(stream, n, [=](std::int64_t i) { dx[i] = dy[i] * y[i] * (1 - y[i]); });
}

}  // namespace nanopneumo::cpu

// y = x s, dx = dy * s * (1 + x * (1 - s)), s = 1 / (1 + exp(-x))
#include "kernels/cpu/activation.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel_registers.h"

namespace nanopneumo::cpu {

void swish_forward(Stream& stream, std::int64_t n, const float* x, float* y) {
  map_registers(stream, n, Swish{}, x, y);
}

void swish_gradient(Stream& stream, std::int64_t n, const float* x, const float* dy, float* dx) {
  parallel_registers(stream, n, [=]<int count>(const Registers<count>& part) {
    Vec in[count], s[count], gradient[count];
    part.load(x, in);
    part.load(dy, gradient);
    std::copy(in, in + count, s);
    Sigmoid{}(s);
    unrolled<count>([&](int i) __attribute__((always_inline)) {
      gradient[i] = gradient[i] * s[i] * (1 + in[i] * (1 - s[i]));
    });
    part.store(dx, gradient);
  });
}

}  // namespace nanopneumo::cpu

// y = min(max(x, -limit), limit)
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu {

void clip(Stream& stream, std::int64_t n, float limit, const float* x, float* y) {
  parallel_elements(stream, n, [=](std::int64_t i) {
    const float value = x[i];  // no comparison is true of NaN, which stays
    y[i] = value > limit ? limit : value < -limit ? -limit : value;
  });
}

}  // namespace nanopneumo::cpu

// y[i,c] = x[i,c] * factors[c]
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu {

void rescale(Stream& stream, const RowsDims& d, const ChannelFactors& factors, const float* x,
             float* y) {
  parallel_for(stream, d.rows, [=](std::int64_t row) {
    for (int c = 0; c < d.C; ++c)
      y[row * d.C + c] = x[row * d.C + c] * factors[static_cast<std::size_t>(c)];
  });
}

}  // namespace nanopneumo::cpu

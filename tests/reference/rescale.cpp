#include "tests/reference/reference_ops.h"

namespace nanopneumo::test::reference {

void rescale(Stream&, const RowsDims& d, const ChannelFactors& factors, const double* x,
             double* y) {
  for (std::int64_t i = 0; i < d.rows * d.C; ++i)
    y[i] = x[i] * factors[static_cast<std::size_t>(i % d.C)];
}

}  // namespace nanopneumo::test::reference

#include "tests/reference/loops.h"
#include "tests/reference/reference_ops.h"

namespace nanopneumo::test::reference {

void swish_forward(Stream&, std::int64_t n, const double* x, double* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = swish(x[i]);
}

void swish_gradient(Stream&, std::int64_t n, const double* x, const double* dy, double* dx) {
  for (std::int64_t i = 0; i < n; ++i) {
    const double s = sigmoid(x[i]);
    dx[i] = dy[i] * s * (1 + x[i] * (1 - s));
  }
}

}  // namespace nanopneumo::test::reference

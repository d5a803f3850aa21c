#include <algorithm>

#include "tests/reference/reference_ops.h"

namespace nanopneumo::test::reference {

void add(Stream&, std::int64_t n, const double* a, const double* b, double* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = a[i] + b[i];
}

void fill(Stream&, std::int64_t n, double value, double* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = value;
}

void clip(Stream&, std::int64_t n, double limit, const double* x, double* y) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = std::clamp(x[i], -limit, limit);
}

}  // namespace nanopneumo::test::reference

#include <algorithm>

#include "tests/reference/loops.h"
#include "tests/reference/reference_ops.h"

namespace nanopneumo::test::reference {
namespace {

/// Calls visit(i, j) with the positions of x[n,h,w,c] and s[n,c].
template <class Visit>
void for_each_element(const ImageDims& d, Visit visit) {
  for (int n = 0; n < d.N; ++n)
    for (int h = 0; h < d.H; ++h)
      for (int w = 0; w < d.W; ++w)
        for (int c = 0; c < d.C; ++c)
          visit(pixel(n, h, w, d.H, d.W, d.C) + c, std::int64_t{n} * d.C + c);
}

}  // namespace

void channel_scale_forward(Stream&, const ImageDims& d, const double* x, const double* s,
                           double* y) {
  for_each_element(d, [&](std::int64_t i, std::int64_t j) { y[i] = x[i] * s[j]; });
}

void channel_scale_gradient(Stream&, const ImageDims& d, const double* x, const double* s,
                            const double* dy, double* dx, double* ds) {
  if (ds) {
    std::fill_n(ds, std::int64_t{d.N} * d.C, 0.0);
    for_each_element(d, [&](std::int64_t i, std::int64_t j) { ds[j] += dy[i] * x[i]; });
  }
  if (dx) for_each_element(d, [&](std::int64_t i, std::int64_t j) { dx[i] = dy[i] * s[j]; });
}

}  // namespace nanopneumo::test::reference

#include "tests/reference/reference_ops.h"

namespace nanopneumo::test::reference {

void write_slice(Stream&, const SliceDims& d, const double* part, double* whole) {
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (int c = 0; c < d.C; ++c) whole[i * d.C_whole + d.offset + c] = part[i * d.C + c];
}

void read_slice(Stream&, const SliceDims& d, const double* whole, double* part) {
  for (std::int64_t i = 0; i < d.rows; ++i)
    for (int c = 0; c < d.C; ++c) part[i * d.C + c] = whole[i * d.C_whole + d.offset + c];
}

}  // namespace nanopneumo::test::reference

// whole[i, offset + c] = part[i, c] and part[i, c] = whole[i, offset + c]
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu {

void write_slice(Stream& stream, const SliceDims& d, const float* part, float* whole) {
  parallel_for(stream, d.rows, [=](std::int64_t row) {
    std::copy_n(part + row * d.C, d.C, whole + row * d.C_whole + d.offset);
  });
}

void read_slice(Stream& stream, const SliceDims& d, const float* whole, float* part) {
  parallel_for(stream, d.rows, [=](std::int64_t row) {
    std::copy_n(whole + row * d.C_whole + d.offset, d.C, part + row * d.C);
  });
}

}  // namespace nanopneumo::cpu

#include "kernels/cpu/bias_gradient.h"

#include "kernels/cpu/channel_sums.h"

namespace nanopneumo::cpu {
namespace {

constexpr int kRowsAtOnce = 16;  ///< added in float before they go to the sum in double

void add_rows(const Range& rows, int C, const float* dy, double* sums) {
  std::int64_t row = rows.begin;
  for (; row + kRowsAtOnce <= rows.end; row += kRowsAtOnce) {
    const float* first = dy + row * C;
#pragma omp simd
    for (int c = 0; c < C; ++c) {
      float sum = 0;
      for (int r = 0; r < kRowsAtOnce; ++r) sum += first[r * C + c];
      sums[c] += static_cast<double>(sum);
    }
  }
  for (; row < rows.end; ++row)
    for (int c = 0; c < C; ++c) sums[c] += static_cast<double>(dy[row * C + c]);
}

}  // namespace

void bias_gradient(Stream& stream, const RowsDims& dims, const float* dy, float* db) {
  const ChannelSums total = sums_of_parts(
      stream, dims.rows, dims.C,
      [&](const Range& rows, const ChannelSums& sums) { add_rows(rows, dims.C, dy, sums.first); });
  for (int c = 0; c < dims.C; ++c) db[c] = static_cast<float>(total.first[c]);
}

}  // namespace nanopneumo::cpu

// whole[i, offset + c] = part[i, c] and part[i, c] = whole[i, offset + c]
#include "kernels/cuda/batches.h"
#include "kernels/cuda/channel_pack.h"
#include "kernels/cuda/fast_divisor.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;

// to[i, c] = from[i, c] for rows that lie from_pitch and to_pitch numbers apart, a pack of V channels
// a thread.
template <int V>
__global__ void __launch_bounds__(kThreads)
    copy_rows_kernel(std::int64_t first_row, int items, FastDivisor packs, int from_pitch,
                     int to_pitch, const float* from, float* to) {
  const unsigned item = thread_number();
  if (item >= static_cast<unsigned>(items)) return;
  const auto [row, pack] = packs.divide_with_remainder(static_cast<int>(item));
  const std::int64_t i = first_row + row;
  store_pack(to + i * to_pitch + pack * V, load_pack<V>(from + i * from_pitch + pack * V).at);
}

void copy_rows(Stream& stream, const SliceDims& d, int from_pitch, int to_pitch, const float* from,
               float* to) {
  const bool vectors = d.C % 4 == 0 && d.C_whole % 4 == 0 && is_aligned16(from) && is_aligned16(to);
  with_vector(vectors, [&](auto width) {
    constexpr int V = decltype(width)::value;
    const FastDivisor packs(d.C / V);
    in_batches(d.rows, packs.divisor(), [&](std::int64_t first, int rows) {
      const int items = rows * packs.divisor();
      launch(stream, KERNEL(copy_rows_kernel<V>), blocks_for(items, kThreads), kThreads, 0, first,
             items, packs, from_pitch, to_pitch, from, to);
    });
  });
}

}  // namespace

void write_slice(Stream& stream, const SliceDims& d, const float* part, float* whole) {
  copy_rows(stream, d, d.C, d.C_whole, part, whole + d.offset);
}

void read_slice(Stream& stream, const SliceDims& d, const float* whole, float* part) {
  copy_rows(stream, d, d.C_whole, d.C, whole + d.offset, part);
}

}  // namespace nanopneumo::GPU_NAMESPACE

// y = bfloat16(x), rows padded with zeros; and x = float32(y)
#include <limits>
#include <stdexcept>

#include "kernels/cuda/cast.h"
#include "kernels/cuda/fast_divisor.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/vector_access.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// A thread works on a run of kRun neighbours of a padded row: 8 of them, 16 bytes of bfloat16, where
/// float32 can be accessed by 16 bytes too; else a pair.
template <int kRun>
struct Runs {
  CastDims dims;
  FastDivisor by_run, by_row;
  int count;

  explicit Runs(const CastDims& d)
      : dims(d), by_run(d.padded_columns / kRun), by_row(d.padded_rows), count(0) {
    const std::int64_t runs = d.padded_size() / kRun;
    if (runs > std::numeric_limits<int>::max() - 256)
      throw std::logic_error("a tensor is too large to be cast at once");
    count = static_cast<int>(runs);
  }

  struct Place {
    std::int64_t float_offset;
    int columns;  ///< how many of the run are not padding
  };
  __device__ Place place(int run) const {
    const auto [row, run_in_row] = by_run.divide_with_remainder(run);
    const auto [group, r] = by_row.divide_with_remainder(row);
    const int column = run_in_row * kRun;
    return {(std::int64_t{group} * dims.rows + r) * dims.columns + column,
            r < dims.rows ? dims.columns - column : 0};
  }
};

__device__ unsigned pack(float first, float second) {
  return nanopneumo::pack(to_bfloat16(first), to_bfloat16(second));
}
__device__ float lower(unsigned pair) {
  return to_float(bfloat16{static_cast<std::uint16_t>(pair)});
}
__device__ float upper(unsigned pair) {
  return to_float(bfloat16{static_cast<std::uint16_t>(pair >> 16)});
}

// Columns are a multiple of 4, so that a run holds 8, 4 or none of them.
__global__ void round_runs_kernel(Runs<8> runs, const float* x, unsigned* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= runs.count) return;
  const auto [offset, columns] = runs.place(i);
  const float4 zeros = make_float4(0, 0, 0, 0);
  const float4 a = columns > 0 ? load4(x + offset) : zeros;
  const float4 b = columns > 4 ? load4(x + offset + 4) : zeros;
  store4(y + std::int64_t{i} * 4,
         make_uint4(pack(a.x, a.y), pack(a.z, a.w), pack(b.x, b.y), pack(b.z, b.w)));
}

__global__ void round_pairs_kernel(Runs<2> runs, const float* x, unsigned* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= runs.count) return;
  const auto [offset, columns] = runs.place(i);
  y[i] = pack(columns > 0 ? x[offset] : 0.0f, columns > 1 ? x[offset + 1] : 0.0f);
}

__global__ void widen_runs_kernel(Runs<8> runs, const unsigned* x, float* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= runs.count) return;
  const auto [offset, columns] = runs.place(i);
  if (columns <= 0) return;
  const uint4 words = load4(x + std::int64_t{i} * 4);
  store4(y + offset, make_float4(lower(words.x), upper(words.x), lower(words.y), upper(words.y)));
  if (columns > 4)
    store4(y + offset + 4,
           make_float4(lower(words.z), upper(words.z), lower(words.w), upper(words.w)));
}

__global__ void widen_pairs_kernel(Runs<2> runs, const unsigned* x, float* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= runs.count) return;
  const auto [offset, columns] = runs.place(i);
  if (columns <= 0) return;
  const unsigned pair = x[i];
  y[offset] = lower(pair);
  if (columns > 1) y[offset + 1] = upper(pair);
}

template <int kRun, class Kernel, class From, class To>
void launch_runs(Stream& stream, const Kernel& kernel, const CastDims& dims, From* x, To* y) {
  constexpr int kThreads = 256;
  const Runs<kRun> runs(dims);
  launch(stream, kernel, dim3(static_cast<unsigned>(ceil_div(runs.count, kThreads))), kThreads, 0,
         runs, x, y);
}

bool goes_by_four(const CastDims& dims, const float* floats) {
  return dims.columns % 4 == 0 && is_aligned16(floats);
}

}  // namespace

void cast_to_bfloat16(Stream& stream, const CastDims& dims, const float* x, bfloat16* y) {
  auto* words = reinterpret_cast<unsigned*>(y);
  if (goes_by_four(dims, x))
    launch_runs<8>(stream, KERNEL(round_runs_kernel), dims, x, words);
  else
    launch_runs<2>(stream, KERNEL(round_pairs_kernel), dims, x, words);
}

void cast_to_float32(Stream& stream, const CastDims& dims, const bfloat16* x, float* y) {
  const auto* words = reinterpret_cast<const unsigned*>(x);
  if (goes_by_four(dims, y))
    launch_runs<8>(stream, KERNEL(widen_runs_kernel), dims, words, y);
  else
    launch_runs<2>(stream, KERNEL(widen_pairs_kernel), dims, words, y);
}

}  // namespace nanopneumo::GPU_NAMESPACE

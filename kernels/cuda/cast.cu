// y = bfloat16(x), rows padded with zeros; and x = float32(y)
#include <limits>
#include <stdexcept>

#include "kernels/cuda/cast.h"
#include "kernels/cuda/fast_divisor.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/vector_access.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// A thread works on kRun neighbours of a padded row: four where float32 can be accessed by 16 bytes,
/// else one.
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

// Columns are a multiple of 4 here: a run holds four of them, or it is padding.
__global__ void round_fours_kernel(Runs<4> runs, const float* x, unsigned* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= runs.count) return;
  const auto [offset, columns] = runs.place(i);
  const float4 four = columns > 0 ? load4(x + offset) : make_float4(0, 0, 0, 0);
  store2(y + std::int64_t{i} * 2, make_uint2(pack(four.x, four.y), pack(four.z, four.w)));
}

__global__ void round_kernel(Runs<1> runs, const float* x, bfloat16* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= runs.count) return;
  const auto [offset, columns] = runs.place(i);
  y[i] = to_bfloat16(columns > 0 ? x[offset] : 0.0f);
}

__global__ void widen_fours_kernel(Runs<4> runs, const unsigned* x, float* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= runs.count) return;
  const auto [offset, columns] = runs.place(i);
  if (columns <= 0) return;
  const uint2 words = load2(x + std::int64_t{i} * 2);
  store4(y + offset, make_float4(lower(words.x), upper(words.x), lower(words.y), upper(words.y)));
}

__global__ void widen_kernel(Runs<1> runs, const bfloat16* x, float* y) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= runs.count) return;
  const auto [offset, columns] = runs.place(i);
  if (columns > 0) y[offset] = to_float(x[i]);
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
  if (goes_by_four(dims, x))
    launch_runs<4>(stream, KERNEL(round_fours_kernel), dims, x, reinterpret_cast<unsigned*>(y));
  else
    launch_runs<1>(stream, KERNEL(round_kernel), dims, x, y);
}

void cast_to_float32(Stream& stream, const CastDims& dims, const bfloat16* x, float* y) {
  if (goes_by_four(dims, y))
    launch_runs<4>(stream, KERNEL(widen_fours_kernel), dims, reinterpret_cast<const unsigned*>(x),
                   y);
  else
    launch_runs<1>(stream, KERNEL(widen_kernel), dims, x, y);
}

}  // namespace nanopneumo::GPU_NAMESPACE

// y[i,c] = exp(x[i,c] - max_c x[i,c]) / sum_c exp(...); dx = y * (dy - sum_c dy y)
//
// A row belongs to a group of lanes: as many as the row has channels, rounded up to a power of two, at
// most a warp. A warp so holds several short rows, which lie one behind the other in memory, and no
// barrier is needed. Maximum and sum come from one pass over the row ("online softmax", Milakov &
// Gimelshein 2018); the second pass, which writes, reads it from the cache: the same lane read the same
// numbers just before.
#include <algorithm>
#include <bit>
#include <cfloat>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/reductions.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kThreads = 128;

/// sum_c exp(x[c] - largest) over some of the channels. Empty: a finite maximum, so that no difference
/// of infinities makes a NaN out of nothing.
struct ExponentialSum {
  float largest = -FLT_MAX, sum = 0;
};

/// The sum with the smaller maximum is scaled to the larger one. NaN is never the larger one and ends in
/// the sum, which makes the whole row NaN.
__device__ ExponentialSum operator+(const ExponentialSum& a, const ExponentialSum& b) {
  const bool b_is_larger = b.largest > a.largest;
  const ExponentialSum& larger = b_is_larger ? b : a;
  const ExponentialSum& smaller = b_is_larger ? a : b;
  return {larger.largest, larger.sum + smaller.sum * expf(smaller.largest - larger.largest)};
}

// The overload of what lanes_sum() calls (reductions.h) for two words.
__device__ ExponentialSum exchange(const ExponentialSum& value, int distance) {
  return {__shfl_xor_sync(kAllLanes, value.largest, distance),
          __shfl_xor_sync(kAllLanes, value.sum, distance)};
}

/// The group's row (past the last one for the groups that are left over) and the thread's lane in it.
struct RowOfGroup {
  std::int64_t row;
  int lane;
  __device__ explicit RowOfGroup(int group) {
    const std::int64_t thread = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
    row = thread / group;
    lane = static_cast<int>(thread % group);
  }
};

// Lanes without a row stay for the sums, which take all lanes of a warp.
__global__ void softmax_kernel(RowsDims dims, int group, const float* x, float* y) {
  const RowOfGroup self(group);
  const int C = self.row < dims.rows ? dims.C : 0;
  x += self.row * dims.C;
  y += self.row * dims.C;
  ExponentialSum own;
  for (int c = self.lane; c < C; c += group) own = own + ExponentialSum{x[c], 1.0f};
  const ExponentialSum all = lanes_sum(own, group);
  for (int c = self.lane; c < C; c += group) y[c] = expf(x[c] - all.largest) / all.sum;
}

__global__ void softmax_gradient_kernel(RowsDims dims, int group, const float* y, const float* dy,
                                        float* dx) {
  const RowOfGroup self(group);
  const int C = self.row < dims.rows ? dims.C : 0;
  const std::int64_t first = self.row * dims.C;
  float own = 0;
  for (int c = self.lane; c < C; c += group) own += dy[first + c] * y[first + c];
  const float dot = lanes_sum(own, group);
  for (int c = self.lane; c < C; c += group) dx[first + c] = y[first + c] * (dy[first + c] - dot);
}

template <class Kernel, class... Arrays>
void launch_rows(Stream& stream, const Kernel& kernel, const RowsDims& dims, Arrays... arrays) {
  const int group = static_cast<int>(std::bit_ceil(static_cast<unsigned>(std::min(dims.C, kWarp))));
  launch(stream, kernel, dim3(static_cast<unsigned>(ceil_div(dims.rows * group, kThreads))),
         kThreads, 0, dims, group, arrays...);
}

}  // namespace

void softmax_forward(Stream& stream, const RowsDims& dims, const float* x, float* y) {
  launch_rows(stream, KERNEL(softmax_kernel), dims, x, y);
}

void softmax_gradient(Stream& stream, const RowsDims& dims, const float* y, const float* dy,
                      float* dx) {
  launch_rows(stream, KERNEL(softmax_gradient_kernel), dims, y, dy, dx);
}

}  // namespace nanopneumo::GPU_NAMESPACE

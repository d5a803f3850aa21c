// y[i,c] = x[i,c] * factors[c]
#include "kernels/cuda/map_rows.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// The factors travel as arguments of the kernel; they are chosen by comparisons, for an index would need
/// memory.
struct Rescale {
  struct Constants {
    using Real = float;
    float factor;
  };
  float first, second, third;

  __device__ Constants constants(std::int64_t, int c) const {
    return {c == 0 ? first : c == 1 ? second : third};
  }
  __device__ void operator()(const Constants& k, float x, float& y) const { y = x * k.factor; }
};

}  // namespace

void rescale(Stream& stream, const RowsDims& d, const ChannelFactors& factors, const float* x,
             float* y) {
  map_rows(stream, "rescale", {1, d.rows, d.C}, Rescale{factors[0], factors[1], factors[2]}, In{x},
           Out{y});
}

}  // namespace nanopneumo::GPU_NAMESPACE

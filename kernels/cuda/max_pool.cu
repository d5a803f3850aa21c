// y = largest x in the window, padding ignored; argmax = r*S + s of the first largest.
// dx = sum of the dy whose argmax is this pixel.
#include "kernels/cuda/max_pool.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// x as it is.
struct Unchanged {
  template <int V>
  __device__ Unchanged of(int) const {
    return {};
  }
  template <int V>
  __device__ __forceinline__ Pack<V> operator()(const Pack<V>& x) const {
    return x;
  }
};

/// The gradient as it is.
struct StoreGradient {
  float* dx;

  template <int V>
  __device__ StoreGradient of(int) const {
    return *this;
  }
  template <int V>
  __device__ __forceinline__ void operator()(std::int64_t index, const Pack<V>& gradient) const {
    store_pack(dx + index, gradient.at);
  }
};

}  // namespace

void max_pool_forward(Stream& stream, const ChannelwiseDims& dims, const float* x, float* y,
                      std::uint8_t* argmax) {
  launch_max_pool(stream, "max_pool_kernel", dims, true, x, Unchanged{}, y, argmax);
}

void max_pool_gradient(Stream& stream, const ChannelwiseDims& dims, const std::uint8_t* argmax,
                       const float* dy, float* dx) {
  launch_max_pool_gradient(stream, "max_pool_gradient_kernel", dims, is_aligned16(dx), argmax, dy,
                           StoreGradient{dx});
}

}  // namespace nanopneumo::GPU_NAMESPACE

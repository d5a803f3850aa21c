// Bytes to network input: y = Preprocessing of x.
//
// A pixel is one or three bytes in and one to three floats out, so no thread can hold whole pixels and whole
// 16-byte accesses at once. A block therefore brings its bytes to shared memory as they lie, and its
// threads pick from there what belongs to four neighbouring outputs. A byte has 256 values: the
// arithmetic is done once per value and channel, and the pixels are looked up.
#include <algorithm>

#include "kernels/cuda/channel_pack.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"
#include "kernels/preprocess_level.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;  ///< as many as a byte has values
constexpr int kPixels = 1024;  ///< of a block

template <int V, int K>
__global__ void __launch_bounds__(kThreads)
    normalize_image_kernel(std::int64_t pixels, int C, Preprocessing preprocessing,
                           const std::uint8_t* x, float* y) {
  SHARED_ARRAY(std::uint8_t, levels, [3 * kPixels]);
  SHARED_ARRAY(float, table, [K][kThreads]);
  const std::int64_t first = std::int64_t{blockIdx.x} * kPixels, left = pixels - first;
  const int count = left < kPixels ? static_cast<int>(left) : kPixels;
  const int thread = static_cast<int>(threadIdx.x) * V;
  for (int i = thread; i < count * C; i += kThreads * V)
    store_bytes<V>(levels + i, load_bytes<V>(x + first * C + i));
  UNROLL for (int c = 0; c < K; ++c) table[c][threadIdx.x] =
      preprocess_level(preprocessing, c, static_cast<float>(threadIdx.x));
  __syncthreads();
  for (int i = thread; i < count * K; i += kThreads * V) {
    Pack<V> value;
    UNROLL for (int v = 0; v < V; ++v) {
      const int pixel = (i + v) / K, c = (i + v) % K;
      value.at[v] = K == 2 && c == 1
                        ? kInsideImage
                        : table[c][levels[pixel * C + source_channel(preprocessing, C, c)]];
    }
    store_pack(y + first * K + i, value.at);
  }
}

}  // namespace

void normalize_image(Stream& stream, const ImageDims& dims, const Preprocessing& preprocessing,
                     const std::uint8_t* x, float* y) {
  const std::int64_t pixels = std::int64_t{dims.N} * dims.H * dims.W;
  with_vector(pixels % 4 == 0 && is_aligned4(x) && is_aligned16(y), [&](auto width) {
    constexpr int V = decltype(width)::value;
    with_image_channels(preprocessing.channels, [&](auto channels) {
      constexpr int K = decltype(channels)::value;
      launch(stream, KERNEL(normalize_image_kernel<V, K>),
             dim3(static_cast<unsigned>(ceil_div(pixels, kPixels))), kThreads, 0, pixels, dims.C,
             preprocessing, x, y);
    });
  });
}

}  // namespace nanopneumo::GPU_NAMESPACE

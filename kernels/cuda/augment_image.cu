// Keras' ImageDataGenerator.apply_transform and preprocessing in one pass: bytes in, network input out.
//
// The arithmetic of a pixel is kernels/image_transform.h's, in double and in its order, so that the
// pixels are those of the CPU to the bit; the maps, which need sines, are the host's.
#include <algorithm>
#include <vector>

#include "kernels/cuda/channel_pack.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ops.h"
#include "kernels/image_transform.h"
#include "kernels/preprocess_level.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;  ///< of a block, a pixel each

/// An ImageTransform as the device needs it, in 16-byte words for the copy.
struct alignas(16) PixelTransform {
  AffineMap map;
  float brightness;
  bool affine, flip_horizontal, flip_vertical, has_brightness;

  PixelTransform() = default;
  PixelTransform(const ImageTransform& t, int H, int W)
      : map(output_to_input(t, H, W)),
        brightness(static_cast<float>(t.brightness)),
        affine(has_affine(t)),
        flip_horizontal(t.flip_horizontal),
        flip_vertical(t.flip_vertical),
        has_brightness(t.has_brightness) {}
};

/// Where pixel (i, j) of the mapped image lies in the input.
struct PixelTaps {
  bool between;  ///< pixels, as opposed to on one
  LinearTap row, column;

  /// Without a map, the pixel itself.
  __device__ PixelTaps(const PixelTransform& t, int i, int j, int H, int W)
      : between(t.affine), row{i, i, 1, 0}, column{j, j, 1, 0} {
    if (!between) return;
    row = linear_tap(input_position(t.map.row, i, j), H);
    column = linear_tap(input_position(t.map.column, i, j), W);
  }

  /// Channel c of the image (H, W, C) here. Neighbouring threads read neighbouring bytes of the same few
  /// lines; most of it comes from the first-level cache.
  __device__ float level(const std::uint8_t* image, int W, int C, int c) const {
    const auto at = [&](int h, int w) { return image[(std::int64_t{h} * W + w) * C + c]; };
    if (!between) return at(row.low, column.low);
    return interpolate(row, column, at(row.low, column.low), at(row.low, column.high),
                       at(row.high, column.low), at(row.high, column.high));
  }
};

// A thread computes the K values of a pixel and leaves them in shared memory, from where the
// block's outputs, which are neighbours, leave in whole lines. Steps of three words touch each bank
// once a warp.
template <int V, int K>
__global__ void __launch_bounds__(kThreads)
    augment_image_kernel(ImageDims d, int blocks_each, Preprocessing preprocessing,
                         const PixelTransform* transforms, const std::uint8_t* x, float* y) {
  SHARED_ARRAY(float, values, [K * kThreads]);
  SHARED_ARRAY(PixelTransform, transform, [1]);  // read once for the block, not once for each warp
  const int n = static_cast<int>(blockIdx.x) / blocks_each, pixels = d.H * d.W;
  const int first = static_cast<int>(blockIdx.x) % blocks_each * kThreads;
  const int count = first + kThreads < pixels ? kThreads : pixels - first;
  const int thread = static_cast<int>(threadIdx.x);
  if (thread == 0) transform[0] = transforms[n];
  __syncthreads();
  if (thread < count) {
    const PixelTransform& t = transform[0];
    const int out_i = (first + thread) / d.W, out_j = (first + thread) % d.W;
    const int i = t.flip_vertical ? d.H - 1 - out_i : out_i;
    const int j = t.flip_horizontal ? d.W - 1 - out_j : out_j;
    const PixelTaps taps(t, i, j, d.H, d.W);
    const std::uint8_t* image = x + std::int64_t{n} * pixels * d.C;
    float level = 0;
    UNROLL for (int c = 0; c < (K == 3 ? 3 : 1); ++c) {
      if (c == 0 || d.C == 3) {  // a gray level serves all three
        level = taps.level(image, d.W, d.C, source_channel(preprocessing, d.C, c));
        if (t.has_brightness) level = brighten(level, t.brightness);
      }
      values[thread * K + c] = preprocess_level(preprocessing, c, level);
    }
    if (K == 2) values[thread * K + 1] = kInsideImage;
  }
  __syncthreads();
  float* out = y + (std::int64_t{n} * pixels + first) * K;
  for (int k = thread * V; k < count * K; k += kThreads * V)
    store_pack(out + k, load_pack<V>(values + k).at);
}

}  // namespace

void augment_image(Stream& stream, const ImageDims& d, const Preprocessing& preprocessing,
                   const ImageTransform* transforms, const std::uint8_t* x, float* y) {
  std::vector<PixelTransform> prepared;
  prepared.reserve(static_cast<std::size_t>(d.N));
  for (int n = 0; n < d.N; ++n) prepared.emplace_back(transforms[n], d.H, d.W);
  const std::size_t bytes = prepared.size() * sizeof(PixelTransform);
  auto* on_device = static_cast<PixelTransform*>(gpu_stream(stream).workspace(bytes));
  gpu_stream(stream).upload(on_device, prepared.data(), bytes);

  const int pixels = d.H * d.W;
  const int blocks_each = static_cast<int>(ceil_div(pixels, kThreads));
  with_vector(pixels % 4 == 0 && is_aligned16(y), [&](auto width) {
    constexpr int V = decltype(width)::value;
    with_image_channels(preprocessing.channels, [&](auto channels) {
      constexpr int K = decltype(channels)::value;
      launch(stream, KERNEL(augment_image_kernel<V, K>),
             dim3(static_cast<unsigned>(std::int64_t{d.N} * blocks_each)), kThreads, 0, d,
             blocks_each, preprocessing, on_device, x, y);
    });
  });
}

}  // namespace nanopneumo::GPU_NAMESPACE

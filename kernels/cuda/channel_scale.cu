// y[n,h,w,c] = x[n,h,w,c] * s[n,c]
// dx[n,h,w,c] = dy[n,h,w,c] * s[n,c], ds[n,c] = sum_{h,w} dy[n,h,w,c] * x[n,h,w,c]
//
// The scales are constants of a channel, as those of batch normalisation are (map_rows.h). The gradient
// reads dy once for both of its results.
#include "kernels/cuda/channel_lanes.h"
#include "kernels/cuda/map_rows.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/row_sums.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

/// y = x * s
struct ChannelScale {
  struct Constants {
    using Real = float;
    float scale;
  };
  const float* s;
  int C;

  __device__ Constants constants(std::int64_t image, int c) const { return {s[image * C + c]}; }
  __device__ void operator()(const Constants& k, float x, float& y) const { y = x * k.scale; }
};

/// The pixels of an image in chunks for a block each: 16 for a thread.
struct PixelChunks {
  static constexpr int kPixelsPerThread = 16;

  int pixels, each, chunks;

  PixelChunks(const ImageDims& d, const ChannelLanes& lanes)
      : pixels(d.H * d.W),
        each(lanes.lanes * kPixelsPerThread),
        chunks(static_cast<int>(ceil_div(pixels, each))) {}
};

// Block (channels, chunk, image), the channels varying fastest; a thread keeps its channels and goes
// through a column of pixels. dx may be dy's own memory. sums: (N, chunks, C).
template <int V, bool kWithDx>
__global__ void __launch_bounds__(ChannelLanes::kThreads)
    channel_scale_gradient_kernel(PixelChunks chunks, int channel_blocks, int C, const float* x,
                                  const float* s, const float* dy, float* dx, float* sums) {
  const int block = static_cast<int>(blockIdx.x);
  const int first_channel = block % channel_blocks * static_cast<int>(blockDim.x) * V;
  const int c = first_channel + static_cast<int>(threadIdx.x) * V;
  const std::int64_t row = block / channel_blocks;  // of sums
  const std::int64_t n = row / chunks.chunks;
  const int begin = static_cast<int>(row % chunks.chunks) * chunks.each;
  const int end = c < C ? std::min(begin + chunks.each, chunks.pixels) : 0;

  Pack<V> scale{};
  if (kWithDx && c < C) scale = load_pack<V>(s + n * C + c);
  Pack<V> sum[1] = {};
  for (int pixel = begin + static_cast<int>(threadIdx.y); pixel < end;
       pixel += static_cast<int>(blockDim.y)) {
    const std::int64_t index = (n * chunks.pixels + pixel) * C + c;
    Pack<V> gradient = load_pack<V>(dy + index);
    add_product(sum[0], gradient, load_pack<V>(x + index));
    UNROLL for (int v = 0; v < V; ++v) gradient.at[v] *= scale.at[v];
    if (kWithDx) store_pack(dx + index, gradient.at);
  }
  sum_lanes(sum, dynamic_shared<float>(), [&](int, int channel, float value) {
    if (first_channel + channel < C) sums[row * C + first_channel + channel] = value;
  });
}

}  // namespace

void channel_scale_forward(Stream& stream, const ImageDims& d, const float* x, const float* s,
                           float* y) {
  map_rows(stream, "channel_scale", RowGroups{d.N, std::int64_t{d.H} * d.W, d.C},
           ChannelScale{s, d.C}, In{x}, Out{y});
}

void channel_scale_gradient(Stream& stream, const ImageDims& d, const float* x, const float* s,
                            const float* dy, float* dx, float* ds) {
  if (!ds) {
    if (dx) channel_scale_forward(stream, d, dy, s, dx);
    return;
  }
  const bool vectors = d.C % kVectorFloats == 0 && is_aligned16(x) && is_aligned16(s) &&
                       is_aligned16(dy) && is_aligned16(dx);
  with_vector(vectors, [&](auto width) {
    constexpr int V = decltype(width)::value;
    const ChannelLanes lanes(d.C / V);
    const PixelChunks chunks(d, lanes);
    const std::int64_t rows = std::int64_t{d.N} * chunks.chunks;
    float* sums = ds;  // the sums of a single chunk are ds as they are
    if (chunks.chunks > 1)
      sums = static_cast<float*>(
          gpu_stream(stream).workspace(sizeof(float) * static_cast<std::size_t>(rows * d.C)));
    const auto run = [&](const auto& kernel) {
      launch(stream, kernel, dim3(static_cast<unsigned>(rows * lanes.blocks)), lanes.block(),
             sizeof(float) * V * ChannelLanes::kThreads, chunks, lanes.blocks, d.C, x, s, dy, dx,
             sums);
    };
    if (dx)
      run(KERNEL(channel_scale_gradient_kernel<V, true>));
    else
      run(KERNEL(channel_scale_gradient_kernel<V, false>));
    if (chunks.chunks > 1)
      sum_partial(stream, "channel_scale_sums", RowGroups{d.N, chunks.chunks, d.C}, sums, ds);
  });
}

}  // namespace nanopneumo::GPU_NAMESPACE

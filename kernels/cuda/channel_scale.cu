// y[n,h,w,c] = x[n,h,w,c] * s[n,c]
// dx[n,h,w,c] = dy[n,h,w,c] * s[n,c], ds[n,c] = sum_{h,w} dy[n,h,w,c] * x[n,h,w,c]
//
// A thread keeps its channels and goes through a column of pixels, so that s is read once for 16 of
// them. The gradient reads dy once for both of its results.
#include "kernels/cuda/channel_lanes.h"
#include "kernels/cuda/chunk_sums.h"
#include "kernels/cuda/ops.h"

namespace nanopneumo::GPU_NAMESPACE {
namespace {

constexpr int kPixelsPerThread = 16;

/// The pixels of an image in chunks for a block each.
struct PixelChunks {
  int pixels, each, chunks;

  PixelChunks(const ImageDims& d, const ChannelLanes& lanes)
      : pixels(d.H * d.W),
        each(lanes.lanes * kPixelsPerThread),
        chunks(static_cast<int>(ceil_div(pixels, each))) {}
};

/// What a thread of block (channels, chunk, image), the channels varying fastest, works on.
struct PixelColumn {
  int n, chunk, c;
  int first, last;  ///< pixels, in steps of blockDim.y

  __device__ PixelColumn(const PixelChunks& chunks, int channel_blocks, int C, int V) {
    const int block = static_cast<int>(blockIdx.x);
    c = (block % channel_blocks * static_cast<int>(blockDim.x) + static_cast<int>(threadIdx.x)) * V;
    chunk = block / channel_blocks % chunks.chunks;
    n = block / channel_blocks / chunks.chunks;
    first = chunk * chunks.each + static_cast<int>(threadIdx.y);
    last = c < C ? std::min((chunk + 1) * chunks.each, chunks.pixels) : 0;
  }
};

template <int V>
__device__ __forceinline__ Pack<V> product(Pack<V> a, const Pack<V>& b) {
  UNROLL for (int v = 0; v < V; ++v) a.at[v] *= b.at[v];
  return a;
}

template <int V>
__global__ void __launch_bounds__(ChannelLanes::kThreads)
    channel_scale_kernel(PixelChunks chunks, int channel_blocks, int C, const float* x,
                         const float* s, float* y) {
  const PixelColumn at(chunks, channel_blocks, C, V);
  if (at.first >= at.last) return;
  const Pack<V> scale = load<V>(s + std::int64_t{at.n} * C + at.c);
  const std::int64_t image = std::int64_t{at.n} * chunks.pixels;
  for (int pixel = at.first; pixel < at.last; pixel += static_cast<int>(blockDim.y)) {
    const std::int64_t index = (image + pixel) * C + at.c;
    store<V>(y + index, product(load<V>(x + index), scale));
  }
}

// dx may be null and dy's own memory. sums: (N, chunks, C).
template <int V>
__global__ void __launch_bounds__(ChannelLanes::kThreads)
    channel_scale_gradient_kernel(PixelChunks chunks, int channel_blocks, int C, const float* x,
                                  const float* s, const float* dy, float* dx, float* sums) {
  const PixelColumn at(chunks, channel_blocks, C, V);
  Pack<V> scale{};
  if (dx && at.first < at.last) scale = load<V>(s + std::int64_t{at.n} * C + at.c);
  Pack<V> sum[1] = {};
  const std::int64_t image = std::int64_t{at.n} * chunks.pixels;
  for (int pixel = at.first; pixel < at.last; pixel += static_cast<int>(blockDim.y)) {
    const std::int64_t index = (image + pixel) * C + at.c;
    const Pack<V> gradient = load<V>(dy + index);
    add_product(sum[0], gradient, load<V>(x + index));
    if (dx) store<V>(dx + index, product(gradient, scale));
  }
  const int first_channel = at.c - static_cast<int>(threadIdx.x) * V;
  float* row = sums + (std::int64_t{at.n} * chunks.chunks + at.chunk) * C + first_channel;
  sum_lanes(sum, dynamic_shared<float>(), [&](int, int channel, float value) {
    if (first_channel + channel < C) row[channel] = value;
  });
}

template <int V>
dim3 grid_of(const ImageDims& d, const ChannelLanes& lanes, const PixelChunks& chunks) {
  return dim3(static_cast<unsigned>(std::int64_t{d.N} * chunks.chunks * lanes.blocks));
}

}  // namespace

void channel_scale_forward(Stream& stream, const ImageDims& d, const float* x, const float* s,
                           float* y) {
  const bool vectors = d.C % 4 == 0 && is_aligned16(x) && is_aligned16(s) && is_aligned16(y);
  with_pack_width(vectors, [&](auto width) {
    constexpr int V = decltype(width)::value;
    const ChannelLanes lanes(d.C / V);
    const PixelChunks chunks(d, lanes);
    launch(stream, KERNEL(channel_scale_kernel<V>), grid_of<V>(d, lanes, chunks), lanes.block(), 0,
           chunks, lanes.blocks, d.C, x, s, y);
  });
}

void channel_scale_gradient(Stream& stream, const ImageDims& d, const float* x, const float* s,
                            const float* dy, float* dx, float* ds) {
  if (!ds) {
    if (dx) channel_scale_forward(stream, d, dy, s, dx);
    return;
  }
  const bool vectors =
      d.C % 4 == 0 && is_aligned16(x) && is_aligned16(s) && is_aligned16(dy) && is_aligned16(dx);
  with_pack_width(vectors, [&](auto width) {
    constexpr int V = decltype(width)::value;
    const ChannelLanes lanes(d.C / V);
    const PixelChunks chunks(d, lanes);
    // The sums of a single chunk are ds as they are.
    const std::size_t rows = static_cast<std::size_t>(d.N) * chunks.chunks;
    float* sums =
        chunks.chunks == 1
            ? ds
            : static_cast<float*>(gpu_stream(stream).workspace(sizeof(float) * rows * d.C));
    launch(stream, KERNEL(channel_scale_gradient_kernel<V>), grid_of<V>(d, lanes, chunks),
           lanes.block(), sizeof(float) * V * ChannelLanes::kThreads, chunks, lanes.blocks, d.C, x,
           s, dy, dx, sums);
    if (chunks.chunks > 1) sum_chunks(stream, d.N, chunks.chunks, d.C, d.C, sums, ds);
  });
}

}  // namespace nanopneumo::GPU_NAMESPACE

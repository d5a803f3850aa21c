// y[n,h,w,c] = x[n,h,w,c] * s[n,c]
// dx[n,h,w,c] = dy[n,h,w,c] * s[n,c], ds[n,c] = sum_{h,w} dy[n,h,w,c] * x[n,h,w,c]
#include "kernels/cpu/channel_blocks.h"
#include "kernels/cpu/ops.h"
#include "kernels/cpu/parallel.h"

namespace nanopneumo::cpu {

// y may be x: the loop over channels is not told that they differ, but each element is its own.
void channel_scale_forward(Stream& stream, const ImageDims& d, const float* x, const float* s,
                           float* y) {
  parallel_for(stream, std::int64_t{d.N} * d.H, [=](std::int64_t row) {
    const float* scale = s + row / d.H * d.C;
    for (int w = 0; w < d.W; ++w) {
      const std::int64_t pixel = (row * d.W + w) * d.C;
#pragma omp simd
      for (int c = 0; c < d.C; ++c) y[pixel + c] = x[pixel + c] * scale[c];
    }
  });
}

namespace {

void scale_sums(Stream& stream, const ImageDims& d, const float* x, const float* dy, float* ds) {
  const std::int64_t pixels = std::int64_t{d.H} * d.W;
  const int blocks = channel_blocks(d.C);
  parallel_for(stream, std::int64_t{d.N} * blocks, [=](std::int64_t i) {
    const std::int64_t n = i / blocks;
    const ChannelBlock block(static_cast<int>(i % blocks), d.C);
    double sum[kChannelBlock] = {};
    for (std::int64_t pixel = n * pixels; pixel < (n + 1) * pixels; ++pixel) {
      const float* a = x + pixel * d.C + block.first;
      const float* b = dy + pixel * d.C + block.first;
#pragma omp simd
      for (int c = 0; c < block.size; ++c) sum[c] += double{a[c]} * b[c];
    }
    for (int c = 0; c < block.size; ++c) ds[n * d.C + block.first + c] = static_cast<float>(sum[c]);
  });
}

}  // namespace

void channel_scale_gradient(Stream& stream, const ImageDims& d, const float* x, const float* s,
                            const float* dy, float* dx, float* ds) {
  if (ds) scale_sums(stream, d, x, dy, ds);  // first: dx may be dy
  if (dx) channel_scale_forward(stream, d, dy, s, dx);
}

}  // namespace nanopneumo::cpu

#include "kernels/cpu/plan/pooling_steps.h"

#include <limits>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/channel_blocks.h"
#include "kernels/cpu/plan/loops.h"
#include "kernels/cpu/window_axis.h"

namespace nanopneumo::cpu {
namespace {

/// y = finish(r and s inside, combined values) over the windows of an image. combine(a, x) joins two numbers,
/// `start` is where it begins.
template <class E, class Op, class Combine, class Finish>
std::unique_ptr<PlanStep> window_step(const StepContext<E>& context, const Op& op, float start,
                                      Combine combine, Finish finish) {
  const PlanValue image = context.value(op.x);
  return function_step([image, window = op.window, start, combine, finish,
                        x = read_only(context.at(op.x)),
                        y = context.at(op.y)](CpuStream& stream, int images) {
    const ChannelwiseDims d{images, image.H, image.W, image.C, window};
    const Axis rows = row_axis(d), columns = column_axis(d);
    const int C = d.C, P = d.P(), Q = d.Q(), W = d.W;
    const std::int64_t pixels = std::int64_t{d.H} * d.W;
    parallel_for(stream, std::int64_t{d.N} * P, [=](std::int64_t np) {
      const int p = static_cast<int>(np % P);
      const Span r_inside = rows.places_inside(p);
      const E* in = x.data + np / P * pixels * x.stride;
      for (int q = 0; q < Q; ++q) {
        const Span s_inside = columns.places_inside(q);
        E* out = y.data + (np * Q + q) * y.stride;
        for (int b = 0; b < channel_blocks(C); ++b) {
          const ChannelBlock block(b, C);
          float value[kChannelBlock];
          std::fill_n(value, kChannelBlock, start);
          for (int r = r_inside.first; r < r_inside.last; ++r)
            for (int s = s_inside.first; s < s_inside.last; ++s) {
              const E* pixel =
                  in + (rows.pixel(p, r) * W + columns.pixel(q, s)) * x.stride + block.first;
#pragma omp simd
              for (int c = 0; c < block.size; ++c) value[c] = combine(value[c], to_float(pixel[c]));
            }
          const float count = static_cast<float>(r_inside.size() * s_inside.size());
#pragma omp simd
          for (int c = 0; c < block.size; ++c)
            out[block.first + c] = from_float<E>(finish(value[c], count));
        }
      }
    });
  });
}

}  // namespace

template <class E>
std::unique_ptr<PlanStep> max_pool_step(const StepContext<E>& context, const PlanMaxPool& op) {
  return window_step(
      context, op, -std::numeric_limits<float>::infinity(),
      // A NaN is taken, and once taken it stays.
      [](float a, float x) { return !(x <= a) & (a == a) ? x : a; },
      [](float a, float) { return a; });
}

template <class E>
std::unique_ptr<PlanStep> average_pool_step(const StepContext<E>& context,
                                            const PlanAveragePool& op) {
  std::unique_ptr<PlanStep> step;
  with_activation(op.activation, [&](auto f) {
    step = window_step(
        context, op, 0, [](float a, float x) { return a + x; },
        [f](float sum, float count) { return f(sum / count); });
  });
  return step;
}

template <class E>
std::unique_ptr<PlanStep> global_average_step(const StepContext<E>& context,
                                              const PlanGlobalAverage& op) {
  const PlanValue image = context.value(op.x);
  return function_step([image, x = read_only(context.at(op.x)), y = context.at(op.y)](
                           CpuStream& stream, int images) {
    const std::int64_t pixels = image.pixels();
    const int C = image.C, blocks = channel_blocks(C);
    parallel_for(stream, std::int64_t{images} * blocks, [=](std::int64_t i) {
      const std::int64_t n = i / blocks;
      const ChannelBlock block(static_cast<int>(i % blocks), C);
      float sum[kChannelBlock] = {};
      const E* in = x.data + n * pixels * x.stride + block.first;
      for (std::int64_t pixel = 0; pixel < pixels; ++pixel, in += x.stride)
#pragma omp simd
        for (int c = 0; c < block.size; ++c) sum[c] += to_float(in[c]);
      E* out = y.data + n * y.stride + block.first;
      for (int c = 0; c < block.size; ++c)
        out[c] = from_float<E>(sum[c] / static_cast<float>(pixels));
    });
  });
}

#define NANOPNEUMO_INSTANTIATE(E)                                                              \
  template std::unique_ptr<PlanStep> max_pool_step(const StepContext<E>&, const PlanMaxPool&); \
  template std::unique_ptr<PlanStep> average_pool_step(const StepContext<E>&,                  \
                                                       const PlanAveragePool&);                \
  template std::unique_ptr<PlanStep> global_average_step(const StepContext<E>&,                \
                                                         const PlanGlobalAverage&);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu

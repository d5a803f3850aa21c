// Loops over the pixels of a plan's values, for float and bfloat16, dense or in slices.
#pragma once

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

/// A step that is a function of the stream and the number of images.
template <class Run>
class FunctionStep final : public PlanStep {
 public:
  explicit FunctionStep(Run run) : run_(std::move(run)) {}
  void run(CpuStream& stream, int images) override { run_(stream, images); }

 private:
  Run run_;
};

template <class Run>
std::unique_ptr<PlanStep> function_step(Run run) {
  return std::make_unique<FunctionStep<Run>>(std::move(run));
}

/// Pixels that are worth the handing out.
inline constexpr int kPixels = 128;

/// y[i,c] = f(c, x[i,c]) for C channels of some pixels; y may be x.
template <class E, class F>
void map_pixels(CpuStream& stream, std::int64_t pixels, int C, Pixels<const E> x, Pixels<E> y,
                const F& f) {
  parallel_pieces(stream, pixels, kPixels, [&](const Range& piece, int) {
    const F function = f;
    for (std::int64_t i = piece.begin; i < piece.end; ++i) {
      const E* from = x.data + i * x.stride;
      E* to = y.data + i * y.stride;
#pragma omp simd
      for (int c = 0; c < C; ++c) to[c] = from_float<E>(function(c, to_float(from[c])));
    }
  });
}

template <class E>
Pixels<const E> read_only(Pixels<E> pixels) {
  return {pixels.data, pixels.stride};
}

/// Copies C channels of some pixels.
template <class E>
void copy_pixels(CpuStream& stream, std::int64_t pixels, int C, Pixels<const E> x, Pixels<E> y) {
  parallel_pieces(stream, pixels, kPixels, [&](const Range& piece, int) {
    if (x.stride == C && y.stride == C) {
      std::copy(x.data + piece.begin * C, x.data + piece.end * C, y.data + piece.begin * C);
      return;
    }
    for (std::int64_t i = piece.begin; i < piece.end; ++i)
      std::copy_n(x.data + i * x.stride, C, y.data + i * y.stride);
  });
}

}  // namespace nanopneumo::cpu

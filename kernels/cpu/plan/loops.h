// Loops over the pixels of a plan's values, for float and bfloat16, dense or in slices.
#pragma once

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/plan/plan_step.h"

namespace nanopneumo::cpu {

/// A step that is a function of the stream.
template <class Run>
class FunctionStep final : public PlanStep {
 public:
  explicit FunctionStep(Run run) : run_(std::move(run)) {}
  void run(CpuStream& stream) override { run_(stream); }

 private:
  Run run_;
};

template <class Run>
std::unique_ptr<PlanStep> function_step(Run run) {
  return std::make_unique<FunctionStep<Run>>(std::move(run));
}

/// Calls body(first, last) for the pixels of each thread.
template <class Body>
void parallel_pixels(CpuStream& stream, std::int64_t pixels, const Body& body) {
  const int threads = static_cast<int>(std::clamp<std::int64_t>(pixels, 1, stream.threads()));
  parallel_for(stream, threads, [&](std::int64_t part) {
    const Range range(pixels, static_cast<int>(part), threads);
    body(range.begin, range.end);
  });
}

/// y[i,c] = f(c, x[i,c]) for C channels of some pixels; y may be x.
template <class E, class F>
void map_pixels(CpuStream& stream, std::int64_t pixels, int C, Pixels<const E> x, Pixels<E> y,
                const F& f) {
  parallel_pixels(stream, pixels, [&](std::int64_t first, std::int64_t last) {
    const F function = f;
    for (std::int64_t i = first; i < last; ++i) {
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
  parallel_pixels(stream, pixels, [&](std::int64_t first, std::int64_t last) {
    if (x.stride == C && y.stride == C) {
      std::copy(x.data + first * C, x.data + last * C, y.data + first * C);
      return;
    }
    for (std::int64_t i = first; i < last; ++i)
      std::copy_n(x.data + i * x.stride, C, y.data + i * y.stride);
  });
}

}  // namespace nanopneumo::cpu

// Loops over the pixels of a plan's values, for float and bfloat16, dense or in slices.
#pragma once

#include "kernels/cpu/parallel.h"
#include "kernels/cpu/plan/plan_step.h"
#include "kernels/cpu/vector_bfloat16.h"

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

/// y[i,c] = f(i, c, rest) for C channels of some pixels, a register of them at a time: number c and those after it, of
/// which `rest` are left.
template <class E, class F>
void fill_pixels(CpuStream& stream, std::int64_t pixels, int C, Pixels<E> y, const F& f) {
  parallel_pieces(stream, pixels, kPixels, [&](const Range& piece, int) {
    const F function = f;
    for (std::int64_t i = piece.begin; i < piece.end; ++i) {
      E* to = y.data + i * y.stride;
      for (int c = 0, rest = C; rest > 0; c += kLanes, rest -= kLanes)
        store_up_to(to + c, function(i, c, rest), rest);
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

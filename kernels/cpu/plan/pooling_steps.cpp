#include "kernels/cpu/plan/pooling_steps.h"

#include <bit>
#include <limits>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/plan/loops.h"
#include "kernels/cpu/vector_bfloat16.h"
#include "kernels/cpu/window_axis.h"

namespace nanopneumo::cpu {
namespace {

/// Registers of channels whose windows are gone through together.
constexpr int kRegisters = 4;

/// Rows r and columns s of a window that lie inside the image, the first of which is at x.
template <class E>
struct Inside2D {
  const E* x;
  int rows, columns;
  std::int64_t row, column;  ///< elements from one to the next
};

/// finish(values combined, their number) of the first `count` of some registers of channels of a window.
template <int registers, class E, class Out, class Combine, class Finish>
[[gnu::always_inline]] inline void combine_window(const Inside2D<E>& inside, int count, float start,
                                                  Combine combine, Finish finish, Out* y) {
  Vec values[registers];
  unrolled<registers>([&](int i) __attribute__((always_inline)) { values[i] = broadcast(start); });
  const E* row = inside.x;
  for (int r = 0; r < inside.rows; ++r, row += inside.row) {
    const E* x = row;
    for (int s = 0; s < inside.columns; ++s, x += inside.column)
      unrolled<registers>([&](int i) __attribute__((always_inline)) {
        const E* from = x + i * kLanes;
        values[i] = combine(values[i], registers > 1 ? load(from) : load_up_to(from, count));
      });
  }
  const float number = static_cast<float>(inside.rows * inside.columns);
  unrolled<registers>([&](int i) __attribute__((always_inline)) {
    const Vec value = finish(values[i], number);
    if (registers > 1)
      store(y + i * kLanes, value);
    else
      store_up_to(y, value, count);
  });
}

/// y = finish(combined values, their number) over the windows of an image. combine(a, x) joins two registers,
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
    const int C = d.C, P = d.P(), Q = d.Q();
    const std::int64_t row = std::int64_t{d.W} * x.stride;
    parallel_for(stream, std::int64_t{d.N} * P, [=](std::int64_t np) {
      const int p = static_cast<int>(np % P);
      const Span r = rows.places_inside(p);
      const E* first_row = x.data + (np / P * d.H + rows.pixel(p, r.first)) * row;
      for (int q = 0; q < Q; ++q) {
        const Span s = columns.places_inside(q);
        Inside2D<E> inside{first_row + columns.pixel(q, s.first) * x.stride, r.size(), s.size(),
                           row, x.stride};
        E* out = y.data + (np * Q + q) * y.stride;
        int rest = C;
        const auto step = [&](int channels) {
          inside.x += channels;
          out += channels;
          rest -= channels;
        };
        for (; rest >= kRegisters * kLanes; step(kRegisters * kLanes))
          combine_window<kRegisters>(inside, rest, start, combine, finish, out);
        for (; rest > 0; step(kLanes)) combine_window<1>(inside, rest, start, combine, finish, out);
      }
    });
  });
}

/// y[n][c] = the sum of the `count` values x[n][.][c] / number, in order.
template <class From, class To>
void average(CpuStream& stream, int images, int C, Pixels<const From> x, int count, float number,
             Pixels<To> y) {
  constexpr int kAtOnce = kRegisters * kLanes;
  const int blocks = (C + kAtOnce - 1) / kAtOnce;
  const auto average_block = [=](std::int64_t i) {
    const std::int64_t n = i / blocks;
    const int first = static_cast<int>(i % blocks) * kAtOnce;
    const auto add = [](Vec a, Vec b) { return a + b; };
    const auto mean = [number](Vec sum, float) { return sum / number; };
    Inside2D<From> inside{x.data + n * count * x.stride + first, 1, count, 0, x.stride};
    To* out = y.data + n * y.stride + first;
    int rest = C - first;
    if (rest >= kAtOnce) return combine_window<kRegisters>(inside, rest, 0, add, mean, out);
    for (; rest > 0; rest -= kLanes, inside.x += kLanes, out += kLanes)
      combine_window<1>(inside, rest, 0, add, mean, out);
  };
  constexpr int kWorthAThread = 16384;
  parallel_pieces(stream, std::int64_t{images} * blocks,
                  std::max(1, kWorthAThread / (count * kAtOnce)), [=](const Range& piece, int) {
                    for (std::int64_t i = piece.begin; i < piece.end; ++i) average_block(i);
                  });
}

template <class E>
class AverageOfRowSumsStep final : public PlanStep {
 public:
  AverageOfRowSumsStep(const PlanValue& image, Pixels<E> y) : image_(image), y_(y) {}
  void run(CpuStream& stream, int images) override {
    average<float>(stream, images, image_.C, {sums_, image_.C}, image_.H,
                   static_cast<float>(image_.pixels()), y_);
  }
  void set_scratch(std::byte* memory) override { sums_ = reinterpret_cast<const float*>(memory); }
  std::string algorithm() const override { return "row sums"; }

 private:
  PlanValue image_;
  Pixels<E> y_;
  const float* sums_ = nullptr;
};

}  // namespace

template <class E>
std::unique_ptr<PlanStep> max_pool_step(const StepContext<E>& context, const PlanMaxPool& op) {
  return window_step(
      context, op, -std::numeric_limits<float>::infinity(),
      // A NaN is taken, and once taken it stays: it is in one of the two, and all its bits stay set.
      [](Vec a, Vec x) {
        return std::bit_cast<Vec>(std::bit_cast<IntVec>(max_or_second(a, x)) |
                                  std::bit_cast<IntVec>(max_or_second(x, a)));
      },
      [](Vec a, float) { return a; });
}

template <class E>
std::unique_ptr<PlanStep> average_pool_step(const StepContext<E>& context,
                                            const PlanAveragePool& op) {
  std::unique_ptr<PlanStep> step;
  with_activation(op.activation, [&](auto f) {
    step = window_step(
        context, op, 0, [](Vec a, Vec x) { return a + x; },
        [f](Vec sum, float number) { return f(sum / number); });
  });
  return step;
}

template <class E>
std::unique_ptr<PlanStep> global_average_step(const StepContext<E>& context,
                                              const PlanGlobalAverage& op) {
  const PlanValue image = context.value(op.x);
  return function_step([image, x = read_only(context.at(op.x)), y = context.at(op.y)](
                           CpuStream& stream, int images) {
    const auto pixels = static_cast<int>(image.pixels());
    average(stream, images, image.C, x, pixels, static_cast<float>(pixels), y);
  });
}

template <class E>
std::unique_ptr<PlanStep> average_of_row_sums_step(const StepContext<E>& context,
                                                   const PlanGlobalAverage& op) {
  return std::make_unique<AverageOfRowSumsStep<E>>(context.value(op.x), context.at(op.y));
}

#define NANOPNEUMO_INSTANTIATE(E)                                                              \
  template std::unique_ptr<PlanStep> max_pool_step(const StepContext<E>&, const PlanMaxPool&); \
  template std::unique_ptr<PlanStep> average_pool_step(const StepContext<E>&,                  \
                                                       const PlanAveragePool&);                \
  template std::unique_ptr<PlanStep> global_average_step(const StepContext<E>&,                \
                                                         const PlanGlobalAverage&);            \
  template std::unique_ptr<PlanStep> average_of_row_sums_step(const StepContext<E>&,           \
                                                              const PlanGlobalAverage&);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu

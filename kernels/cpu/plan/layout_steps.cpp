#include "kernels/cpu/plan/layout_steps.h"

#include "kernels/cpu/plan/loops.h"

namespace nanopneumo::cpu {

template <class E>
std::unique_ptr<PlanStep> concatenate_step(const StepContext<E>& context,
                                           const PlanConcatenate& op) {
  struct Copy {
    Pixels<const E> from;
    Pixels<E> to;
    int C;
  };
  std::vector<Copy> copies;
  Pixels<E> to = context.at(op.y);
  for (const int part : op.parts) {
    const int C = context.value(part).C;
    const Pixels<E> from = context.at(part);
    if (from.data != to.data) copies.push_back({read_only(from), to, C});
    to.data += C;
  }
  if (copies.empty()) return nullptr;
  return function_step(
      [copies, per_image = context.value(op.y).pixels()](CpuStream& stream, int images) {
        for (const Copy& copy : copies)
          copy_pixels(stream, images * per_image, copy.C, copy.from, copy.to);
      });
}

template <class E>
std::unique_ptr<PlanStep> pad_step(const StepContext<E>& context, const PlanPad& op) {
  const PlanValue in = context.value(op.x), out = context.value(op.y);
  return function_step([in, out, padding = op.padding, x = context.at(op.x), y = context.at(op.y)](
                           CpuStream& stream, int images) {
    parallel_for(stream, std::int64_t{images} * out.H, [=](std::int64_t row) {
      const std::int64_t n = row / out.H, h = row % out.H - padding.top;
      for (int w = 0; w < out.W; ++w) {
        E* to = y.data + (row * out.W + w) * y.stride;
        const int from_w = w - padding.left;
        if (h < 0 || h >= in.H || from_w < 0 || from_w >= in.W)
          std::fill_n(to, in.C, E{});
        else
          std::copy_n(x.data + ((n * in.H + h) * in.W + from_w) * x.stride, in.C, to);
      }
    });
  });
}

template <class E>
std::unique_ptr<PlanStep> reshape_step(const StepContext<E>& context, const PlanReshape& op) {
  const Pixels<E> x = context.at(op.x), y = context.at(op.y);
  if (x.data == y.data) return nullptr;
  const PlanValue& in = context.value(op.x);
  return function_step([x, y, per_image = in.size()](CpuStream& stream, int images) {
    copy_pixels<E>(stream, images * per_image, 1, {x.data, 1}, {y.data, 1});
  });
}

#define NANOPNEUMO_INSTANTIATE(E)                                                     \
  template std::unique_ptr<PlanStep> concatenate_step(const StepContext<E>&,          \
                                                      const PlanConcatenate&);        \
  template std::unique_ptr<PlanStep> pad_step(const StepContext<E>&, const PlanPad&); \
  template std::unique_ptr<PlanStep> reshape_step(const StepContext<E>&, const PlanReshape&);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu

#include "kernels/cpu/plan/pixel_steps.h"

#include <cmath>

#include "kernels/cpu/activation.h"
#include "kernels/cpu/plan/loops.h"

namespace nanopneumo::cpu {

template <class E>
std::unique_ptr<PlanStep> affine_step(const StepContext<E>& context, const PlanAffine<float>& op) {
  return function_step([scale = op.scale, shift = op.shift, activation = op.activation,
                        per_image = context.value(op.x).pixels(), x = read_only(context.at(op.x)),
                        y = context.at(op.y)](CpuStream& stream, int images) {
    with_activation(activation, [&](auto f) {
      fill_pixels(stream, images * per_image, static_cast<int>(scale.size()), y,
                  [=, a = scale.data(), b = shift.data()](std::int64_t i, int c, int rest) {
                    const Vec value = load_up_to(x.data + i * x.stride + c, rest);
                    return f(fma(value, load_up_to(a + c, rest), load_up_to(b + c, rest)));
                  });
    });
  });
}

template <class E>
std::unique_ptr<PlanStep> activation_step(const StepContext<E>& context, const PlanActivation& op) {
  return function_step([activation = op.activation, C = context.value(op.x).C,
                        per_image = context.value(op.x).pixels(), x = read_only(context.at(op.x)),
                        y = context.at(op.y)](CpuStream& stream, int images) {
    with_activation(activation, [&](auto f) {
      fill_pixels(stream, images * per_image, C, y, [=](std::int64_t i, int c, int rest) {
        return f(load_up_to(x.data + i * x.stride + c, rest));
      });
    });
  });
}

template <class E>
std::unique_ptr<PlanStep> softmax_step(const StepContext<E>& context, std::size_t i,
                                       const PlanSoftmax& op) {
  const int C = context.value(op.x).C;
  const std::size_t temporary = context.placement.temporaries[i];
  const Pixels<E> result =
      temporary == Placement::kNone ? context.at(op.y) : Pixels<E>{context.arena + temporary, C};
  return function_step([=, per_image = context.value(op.x).pixels(),
                        x = read_only(context.at(op.x)),
                        y = context.at(op.y)](CpuStream& stream, int images) {
    parallel_pieces(stream, images * per_image, kPixels, [&](const Range& piece, int) {
      for (std::int64_t p = piece.begin; p < piece.end; ++p) {
        const E* in = x.data + p * x.stride;
        E* out = result.data + p * result.stride;
        float largest = to_float(in[0]);
        for (int c = 1; c < C; ++c) largest = std::max(largest, to_float(in[c]));
        float sum = 0;
        for (int c = 0; c < C; ++c) sum += std::exp(to_float(in[c]) - largest);
        for (int c = 0; c < C; ++c)
          out[c] = from_float<E>(std::exp(to_float(in[c]) - largest) / sum);
      }
    });
    if (result.data != y.data) copy_pixels(stream, images * per_image, C, read_only(result), y);
  });
}

template <class E>
std::unique_ptr<PlanStep> add_step(const StepContext<E>& context, const PlanAdd& op) {
  return function_step([activation = op.activation, C = context.value(op.y).C,
                        per_image = context.value(op.y).pixels(), a = read_only(context.at(op.a)),
                        b = read_only(context.at(op.b)),
                        y = context.at(op.y)](CpuStream& stream, int images) {
    with_activation(activation, [&](auto f) {
      fill_pixels(stream, images * per_image, C, y, [=](std::int64_t i, int c, int rest) {
        return f(load_up_to(a.data + i * a.stride + c, rest) +
                 load_up_to(b.data + i * b.stride + c, rest));
      });
    });
  });
}

template <class E>
std::unique_ptr<PlanStep> scale_step(const StepContext<E>& context, const PlanScale& op) {
  return function_step([C = context.value(op.y).C, per_image = context.value(op.y).pixels(),
                        x = read_only(context.at(op.x)), s = read_only(context.at(op.s)),
                        y = context.at(op.y)](CpuStream& stream, int images) {
    fill_pixels(stream, images * per_image, C, y, [=](std::int64_t i, int c, int rest) {
      return load_up_to(x.data + i * x.stride + c, rest) *
             load_up_to(s.data + i / per_image * s.stride + c, rest);
    });
  });
}

#define NANOPNEUMO_INSTANTIATE(E)                                                                  \
  template std::unique_ptr<PlanStep> affine_step(const StepContext<E>&, const PlanAffine<float>&); \
  template std::unique_ptr<PlanStep> activation_step(const StepContext<E>&,                        \
                                                     const PlanActivation&);                       \
  template std::unique_ptr<PlanStep> softmax_step(const StepContext<E>&, std::size_t,              \
                                                  const PlanSoftmax&);                             \
  template std::unique_ptr<PlanStep> add_step(const StepContext<E>&, const PlanAdd&);              \
  template std::unique_ptr<PlanStep> scale_step(const StepContext<E>&, const PlanScale&);
NANOPNEUMO_INSTANTIATE(float)
NANOPNEUMO_INSTANTIATE(BFloat16)
#undef NANOPNEUMO_INSTANTIATE

}  // namespace nanopneumo::cpu

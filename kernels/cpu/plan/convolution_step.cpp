#include "kernels/cpu/plan/convolution_step.h"

#include "kernels/cpu/plan/copying_step.h"
#include "kernels/cpu/plan/onednn_step.h"

namespace nanopneumo::cpu {
namespace {

using dnnl::memory;

/// What the two kinds of convolution differ in.
struct Weights {
  memory::dims dims;               ///< as oneDNN counts them
  memory::format_tag keras_order;  ///< how they lie in the plan
};

/// `residual`: number of a value, or -1.
template <class E, class Op>
std::unique_ptr<PlanStep> make(const StepContext<E>& context, std::size_t i, const Op& op,
                               int residual, const Weights& weights) {
  use_threads(context.stream.threads());
  const auto nhwc = [&](int v) {
    const PlanValue& value = context.value(v);
    return memory::desc({context.N, value.C, value.H, value.W}, kType<E>, memory::format_tag::nhwc);
  };
  const memory::desc bias =
      op.bias.empty()
          ? memory::desc()
          : memory::desc({context.value(op.y).C}, memory::data_type::f32, memory::format_tag::a);
  const Window& window = op.window;
  const auto description = describe_convolution_forward(
      context.stream.onednn().engine,
      {.x = nhwc(op.x),
       .w = memory::desc(weights.dims, kType<E>, memory::format_tag::any),
       .bias = bias,
       .y = nhwc(op.y)},
      {.strides = {window.stride_h, window.stride_w},
       .padding_before = {window.pad.top, window.pad.left},
       .padding_after = {window.pad.bottom, window.pad.right}},
      epilogue(residual >= 0, op.activation), dnnl::prop_kind::forward_inference);

  const std::size_t temporary = context.placement.temporaries[i];
  const Pixels<E> result = temporary == Placement::kNone
                               ? context.at(op.y)
                               : Pixels<E>{context.arena + temporary, context.value(op.y).C};
  auto step = std::make_unique<OneDnnStep>(
      context.stream, dnnl::convolution_forward(description), description,
      memory::desc(weights.dims, memory::data_type::f32, weights.keras_order), op.w, op.bias,
      context.at(op.x).data, result.data);
  return with_copies(context, i, std::move(step), residual, result, op.y);
}

}  // namespace

template <class E>
std::unique_ptr<PlanStep> convolution_step(const StepContext<E>& context, std::size_t i,
                                           const PlanConvolution<float>& op) {
  return make(context, i, op, op.residual,
              {.dims = {context.value(op.y).C, context.value(op.x).C, op.window.R, op.window.S},
               .keras_order = memory::format_tag::hwio});
}

template <class E>
std::unique_ptr<PlanStep> depthwise_step(const StepContext<E>& context, std::size_t i,
                                         const PlanDepthwise<float>& op) {
  return make(context, i, op, -1,
              {.dims = {context.value(op.x).C, 1, 1, op.window.R, op.window.S},
               .keras_order = memory::format_tag::hwigo});
}

template std::unique_ptr<PlanStep> convolution_step(const StepContext<float>&, std::size_t,
                                                    const PlanConvolution<float>&);
template std::unique_ptr<PlanStep> convolution_step(const StepContext<BFloat16>&, std::size_t,
                                                    const PlanConvolution<float>&);
template std::unique_ptr<PlanStep> depthwise_step(const StepContext<float>&, std::size_t,
                                                  const PlanDepthwise<float>&);
template std::unique_ptr<PlanStep> depthwise_step(const StepContext<BFloat16>&, std::size_t,
                                                  const PlanDepthwise<float>&);

}  // namespace nanopneumo::cpu

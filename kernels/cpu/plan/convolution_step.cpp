#include "kernels/cpu/plan/convolution_step.h"

#include <dnnl.hpp>
#include <optional>
#include <unordered_map>

#include "kernels/cpu/onednn_primitives.h"
#include "kernels/cpu/plan/loops.h"

namespace nanopneumo::cpu {
namespace {

using dnnl::memory;

template <class E>
constexpr memory::data_type kType =
    std::is_same_v<E, float> ? memory::data_type::f32 : memory::data_type::bf16;

void append_activation(dnnl::post_ops& operations, Activation activation) {
  using dnnl::algorithm;
  switch (activation) {
    case Activation::none:
      return;
    case Activation::relu:
      return append_eltwise(operations, algorithm::eltwise_relu, 0, 0);
    case Activation::relu6:
      return append_eltwise(operations, algorithm::eltwise_clip, 0, 6);
    case Activation::sigmoid:
      return append_eltwise(operations, algorithm::eltwise_logistic, 0, 0);
    case Activation::swish:
      return append_eltwise(operations, algorithm::eltwise_swish, 1, 0);
  }
}

/// Sizes of a convolution of either kind.
struct Problem {
  PlanValue x, y;
  Window window;
  memory::dims weights;            ///< as oneDNN counts them
  memory::format_tag keras_order;  ///< how they lie in the plan
};

template <class E>
class OneDnnConvolution final : public PlanStep {
 public:
  OneDnnConvolution(const StepContext<E>& context, const Problem& p, const std::vector<float>& w,
                    const std::vector<float>& bias, bool with_residual, Activation activation,
                    const E* x, E* y) {
    const dnnl::engine& engine = context.stream.onednn().engine;
    use_threads(context.stream.threads());
    dnnl::primitive_attr attributes = user_scratchpad();
    dnnl::post_ops operations;
    if (with_residual) operations.append_sum(1);
    append_activation(operations, activation);
    attributes.set_post_ops(operations);

    const auto nhwc = [&](const PlanValue& v) {
      return memory::desc({context.N, v.C, v.H, v.W}, kType<E>, memory::format_tag::nhwc);
    };
    const memory::desc bias_layout =
        bias.empty() ? memory::desc()
                     : memory::desc({p.y.C}, memory::data_type::f32, memory::format_tag::a);
    const Window& window = p.window;
    const auto description = describe_convolution_forward(
        engine,
        {.x = nhwc(p.x),
         .w = memory::desc(p.weights, kType<E>, memory::format_tag::any),
         .bias = bias_layout,
         .y = nhwc(p.y)},
        {.strides = {window.stride_h, window.stride_w},
         .padding_before = {window.pad.top, window.pad.left},
         .padding_after = {window.pad.bottom, window.pad.right}},
        attributes, dnnl::prop_kind::forward_inference);
    primitive_ = dnnl::convolution_forward(description);

    memory weights(description.weights_desc(), engine);
    memory keras({p.weights, memory::data_type::f32, p.keras_order}, engine,
                 const_cast<float*>(w.data()));  // only read
    dnnl::reorder(keras, weights).execute(context.stream.onednn().stream, keras, weights);
    context.stream.onednn().stream.wait();
    operands_ = {
        {DNNL_ARG_SRC, memory(nhwc(p.x), engine, const_cast<E*>(x))},
        {DNNL_ARG_DST, memory(nhwc(p.y), engine, y)},
        {DNNL_ARG_WEIGHTS, weights},
        {DNNL_ARG_SCRATCHPAD, memory(description.scratchpad_desc(), engine, DNNL_MEMORY_NONE)}};
    scratch_bytes_ = description.scratchpad_desc().get_size();
    packed_bytes_ = description.weights_desc().get_size() + bias.size() * sizeof(float);
    algorithm_ = std::string("oneDNN ") + description.impl_info_str();
    if (bias.empty()) return;
    const memory biases(bias_layout, engine);
    std::ranges::copy(bias, static_cast<float*>(biases.get_data_handle()));
    operands_.emplace(DNNL_ARG_BIAS, biases);
  }

  void run(CpuStream& stream) override {
    use_threads(stream.threads());
    primitive_.execute(stream.onednn().stream, operands_);
    stream.onednn().stream.wait();
  }
  std::size_t scratch_bytes() const override { return scratch_bytes_; }
  void set_scratch(std::byte* memory) override {
    operands_.at(DNNL_ARG_SCRATCHPAD).set_data_handle(memory);
  }
  std::size_t packed_bytes() const override { return packed_bytes_; }
  std::string algorithm() const override { return algorithm_; }

 private:
  dnnl::primitive primitive_;
  std::unordered_map<int, memory> operands_;
  std::size_t scratch_bytes_, packed_bytes_;
  std::string algorithm_;
};

/// A convolution whose result, or whose residual, lies elsewhere than oneDNN wants it.
template <class E>
class CopyingConvolution final : public PlanStep {
 public:
  CopyingConvolution(std::unique_ptr<PlanStep> convolution, std::int64_t pixels, int C,
                     std::optional<Pixels<const E>> residual, Pixels<E> result, Pixels<E> y)
      : convolution_(std::move(convolution)),
        pixels_(pixels),
        C_(C),
        residual_(residual),
        result_(result),
        y_(y) {}

  void run(CpuStream& stream) override {
    if (residual_) copy_pixels(stream, pixels_, C_, *residual_, result_);
    convolution_->run(stream);
    if (result_.data != y_.data) copy_pixels(stream, pixels_, C_, read_only(result_), y_);
  }
  std::size_t scratch_bytes() const override { return convolution_->scratch_bytes(); }
  void set_scratch(std::byte* memory) override { convolution_->set_scratch(memory); }
  std::size_t packed_bytes() const override { return convolution_->packed_bytes(); }
  std::string algorithm() const override { return convolution_->algorithm() + " +copy"; }

 private:
  std::unique_ptr<PlanStep> convolution_;
  std::int64_t pixels_;
  int C_;
  std::optional<Pixels<const E>> residual_;
  Pixels<E> result_, y_;
};

/// `residual`: number of a value, or -1.
template <class E, class Op>
std::unique_ptr<PlanStep> make(const StepContext<E>& context, std::size_t i, const Op& op,
                               int residual, const Problem& problem) {
  const std::size_t temporary = context.placement.temporaries[i];
  const Pixels<E> y = context.at(op.y);
  const Pixels<E> result = temporary == Placement::kNone
                               ? y
                               : Pixels<E>{context.arena + temporary, context.value(op.y).C};
  auto convolution =
      std::make_unique<OneDnnConvolution<E>>(context, problem, op.w, op.bias, residual >= 0,
                                             op.activation, context.at(op.x).data, result.data);
  const bool residual_elsewhere = residual >= 0 && !context.placement.in_place[i];
  if (!residual_elsewhere && result.data == y.data) return convolution;
  std::optional<Pixels<const E>> from;
  if (residual_elsewhere) from = read_only(context.at(residual));
  return std::make_unique<CopyingConvolution<E>>(std::move(convolution), context.pixels(op.y),
                                                 context.value(op.y).C, from, result, y);
}

}  // namespace

template <class E>
std::unique_ptr<PlanStep> convolution_step(const StepContext<E>& context, std::size_t i,
                                           const PlanConvolution<float>& op) {
  const PlanValue &x = context.value(op.x), &y = context.value(op.y);
  return make(context, i, op, op.residual,
              {.x = x,
               .y = y,
               .window = op.window,
               .weights = {y.C, x.C, op.window.R, op.window.S},
               .keras_order = memory::format_tag::hwio});
}

template <class E>
std::unique_ptr<PlanStep> depthwise_step(const StepContext<E>& context, std::size_t i,
                                         const PlanDepthwise<float>& op) {
  const PlanValue &x = context.value(op.x), &y = context.value(op.y);
  return make(context, i, op, -1,
              {.x = x,
               .y = y,
               .window = op.window,
               .weights = {x.C, 1, 1, op.window.R, op.window.S},
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

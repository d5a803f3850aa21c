#include <stdexcept>

#include "kernels/cpu/plan/convolution_step.h"
#include "kernels/cpu/plan/depthwise_steps.h"
#include "kernels/cpu/plan/gemm_step.h"
#include "kernels/cpu/plan/layout_steps.h"
#include "kernels/cpu/plan/pixel_steps.h"
#include "kernels/cpu/plan/plan_step.h"
#include "kernels/cpu/plan/pooling_steps.h"
#include "kernels/cpu/plan/tiled_steps.h"
#include "kernels/cpu/plan/winograd_step.h"

namespace nanopneumo::cpu {
namespace {

/// Whether operation number i leaves the sums of its result's rows for the global average of it that comes right after.
template <class E>
bool leaves_row_sums(const StepContext<E>& context, std::size_t i) {
  const auto& operations = context.plan.operations;
  if (i + 1 >= operations.size()) return false;
  const auto* average = std::get_if<PlanGlobalAverage>(&operations[i + 1]);
  if (!average || average->x != output_of(operations[i])) return false;
  return std::holds_alternative<PlanExpandedDepthwise<float>>(operations[i]) ||
         (std::holds_alternative<PlanDepthwise<float>>(operations[i]) &&
          context.choices[i] == Algorithm::tiled);
}

/// The step of operation number i, by its kind.
template <class E>
struct StepMaker {
  using Step = std::unique_ptr<PlanStep>;

  const StepContext<E>& context;
  std::size_t i;

  Step operator()(const PlanConvolution<float>& op) const {
    switch (context.choices[i]) {
      case Algorithm::winograd:
        if constexpr (std::is_same_v<E, float>)
          return winograd_step(context, op);
        else
          throw std::logic_error("Winograd's algorithm computes in float32 alone");
      case Algorithm::tiled:
        return tiled_step(context, op);
      case Algorithm::gemm:
        return gemm_step(context, i, op);
      case Algorithm::direct:
        break;
    }
    return convolution_step(context, i, op);
  }
  Step operator()(const PlanDepthwise<float>& op) const {
    if (context.choices[i] == Algorithm::tiled)
      return depthwise_step(context, op, leaves_row_sums(context, i));
    return depthwise_step(context, i, op);
  }
  Step operator()(const PlanExpandedDepthwise<float>& op) const {
    return expanded_depthwise_step(context, op, leaves_row_sums(context, i));
  }
  Step operator()(const PlanSeparable<float>& op) const { return tiled_step(context, op); }
  Step operator()(const PlanAffineProduct<float>& op) const { return tiled_step(context, op); }
  Step operator()(const PlanScaledProduct<float>& op) const { return tiled_step(context, op); }
  Step operator()(const PlanAffine<float>& op) const { return affine_step(context, op); }
  Step operator()(const PlanMaxPool& op) const { return max_pool_step(context, op); }
  Step operator()(const PlanAveragePool& op) const { return average_pool_step(context, op); }
  Step operator()(const PlanGlobalAverage& op) const {
    return i > 0 && leaves_row_sums(context, i - 1) ? average_of_row_sums_step(context, op)
                                                    : global_average_step(context, op);
  }
  Step operator()(const PlanActivation& op) const { return activation_step(context, op); }
  Step operator()(const PlanSoftmax& op) const { return softmax_step(context, i, op); }
  Step operator()(const PlanAdd& op) const { return add_step(context, op); }
  Step operator()(const PlanScale& op) const { return scale_step(context, op); }
  Step operator()(const PlanConcatenate& op) const { return concatenate_step(context, op); }
  Step operator()(const PlanPad& op) const { return pad_step(context, op); }
  Step operator()(const PlanReshape& op) const { return reshape_step(context, op); }
};

}  // namespace

template <class E>
std::unique_ptr<PlanStep> make_step(const StepContext<E>& context, std::size_t i) {
  return std::visit(StepMaker<E>{context, i}, context.plan.operations[i]);
}

template std::unique_ptr<PlanStep> make_step(const StepContext<float>&, std::size_t);
template std::unique_ptr<PlanStep> make_step(const StepContext<BFloat16>&, std::size_t);

}  // namespace nanopneumo::cpu

#include <stdexcept>

#include "kernels/cpu/plan/convolution_step.h"
#include "kernels/cpu/plan/gemm_step.h"
#include "kernels/cpu/plan/layout_steps.h"
#include "kernels/cpu/plan/pixel_steps.h"
#include "kernels/cpu/plan/plan_step.h"
#include "kernels/cpu/plan/pooling_steps.h"
#include "kernels/cpu/plan/tiled_steps.h"
#include "kernels/cpu/plan/winograd_step.h"

namespace nanopneumo::cpu {

template <class E>
std::unique_ptr<PlanStep> make_step(const StepContext<E>& context, std::size_t i) {
  return std::visit(
      [&]<class Op>(const Op& op) -> std::unique_ptr<PlanStep> {
        if constexpr (std::is_same_v<Op, PlanConvolution<float>>) {
          if constexpr (std::is_same_v<E, float>) {
            if (context.choices[i] == Algorithm::winograd) return winograd_step(context, op);
            if (context.choices[i] == Algorithm::tiled) return tiled_step(context, op);
          }
          if (context.choices[i] == Algorithm::gemm) return gemm_step(context, i, op);
          return convolution_step(context, i, op);
        } else if constexpr (std::is_same_v<Op, PlanDepthwise<float>>) {
          if constexpr (std::is_same_v<E, float>)
            if (context.choices[i] == Algorithm::tiled) return tiled_step(context, op);
          return depthwise_step(context, i, op);
        } else if constexpr (std::is_same_v<Op, PlanSeparable<float>> ||
                             std::is_same_v<Op, PlanAffineProduct<float>> ||
                             std::is_same_v<Op, PlanScaledProduct<float>>) {
          if constexpr (std::is_same_v<E, float>)
            return tiled_step(context, op);
          else
            throw std::logic_error("plans in bfloat16 have no operation of this kind");
        } else if constexpr (std::is_same_v<Op, PlanAffine<float>>)
          return affine_step(context, op);
        else if constexpr (std::is_same_v<Op, PlanMaxPool>)
          return max_pool_step(context, op);
        else if constexpr (std::is_same_v<Op, PlanAveragePool>)
          return average_pool_step(context, op);
        else if constexpr (std::is_same_v<Op, PlanGlobalAverage>)
          return global_average_step(context, op);
        else if constexpr (std::is_same_v<Op, PlanActivation>)
          return activation_step(context, op);
        else if constexpr (std::is_same_v<Op, PlanSoftmax>)
          return softmax_step(context, i, op);
        else if constexpr (std::is_same_v<Op, PlanAdd>)
          return add_step(context, op);
        else if constexpr (std::is_same_v<Op, PlanScale>)
          return scale_step(context, op);
        else if constexpr (std::is_same_v<Op, PlanConcatenate>)
          return concatenate_step(context, op);
        else if constexpr (std::is_same_v<Op, PlanPad>)
          return pad_step(context, op);
        else
          return reshape_step(context, op);
      },
      context.plan.operations[i]);
}

template std::unique_ptr<PlanStep> make_step(const StepContext<float>&, std::size_t);
template std::unique_ptr<PlanStep> make_step(const StepContext<BFloat16>&, std::size_t);

}  // namespace nanopneumo::cpu

#include "kernels/cpu/plan/pointwise_pairs.h"

#include <algorithm>
#include <optional>

#include "kernels/cpu/plan/plan_parts.h"

namespace nanopneumo::cpu {
namespace {

using Operation = PlanOperation<float>;
using Convolution = PlanConvolution<float>;

Operation join(const PlanDepthwise<float>& depthwise, const Convolution& conv) {
  return PlanSeparable<float>{.x = depthwise.x,
                              .y = conv.y,
                              .residual = conv.residual,
                              .window = depthwise.window,
                              .depthwise_w = depthwise.w,
                              .depthwise_bias = depthwise.bias,
                              .depthwise_activation = depthwise.activation,
                              .w = conv.w,
                              .bias = conv.bias,
                              .activation = conv.activation};
}

Operation join(const PlanAffine<float>& affine, const Convolution& conv) {
  return PlanAffineProduct<float>{.x = affine.x,
                                  .y = conv.y,
                                  .residual = conv.residual,
                                  .scale = affine.scale,
                                  .shift = affine.shift,
                                  .affine_activation = affine.activation,
                                  .w = conv.w,
                                  .bias = conv.bias,
                                  .activation = conv.activation};
}

Operation join(const PlanScale& gate, const Convolution& conv) {
  return PlanScaledProduct<float>{.x = gate.x,
                                  .s = gate.s,
                                  .y = conv.y,
                                  .residual = conv.residual,
                                  .w = conv.w,
                                  .bias = conv.bias,
                                  .activation = conv.activation};
}

/// The operation that makes what the convolution alone reads, where the two can become one; else null.
const Operation* partner(const Plan<float>& plan, const Convolution& conv) {
  if (!is_product(conv.window) || readers(plan, conv.x) != 1) return nullptr;
  const auto maker = std::ranges::find(plan.operations, conv.x,
                                       [](const Operation& other) { return output_of(other); });
  return maker == plan.operations.end() ? nullptr : &*maker;  // none makes the plan's input
}

std::optional<Operation> both_of(const Operation& first, const Convolution& conv) {
  return std::visit(
      [&](const auto& op) -> std::optional<Operation> {
        if constexpr (requires { join(op, conv); })
          return join(op, conv);
        else
          return std::nullopt;
      },
      first);
}

}  // namespace

void join_pointwise_pairs(Plan<float>& plan,
                          const std::function<bool(const PointwisePair&)>& pays) {
  std::vector<int> joined;  // values that nothing makes any more
  for (Operation& operation : plan.operations) {
    const auto* conv = std::get_if<Convolution>(&operation);
    const Operation* first = conv ? partner(plan, *conv) : nullptr;
    if (!first) continue;
    std::optional<Operation> both = both_of(*first, *conv);
    if (!both || !pays({*first, operation, *both})) continue;
    joined.push_back(conv->x);
    operation = std::move(*both);
  }
  std::erase_if(plan.operations, [&](const Operation& operation) {
    return std::ranges::find(joined, output_of(operation)) != joined.end();
  });
}

}  // namespace nanopneumo::cpu

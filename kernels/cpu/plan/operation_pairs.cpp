#include "kernels/cpu/plan/operation_pairs.h"

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

Operation join(const Convolution& expansion, const PlanDepthwise<float>& depthwise) {
  return PlanExpandedDepthwise<float>{.x = expansion.x,
                                      .y = depthwise.y,
                                      .window = depthwise.window,
                                      .expansion_w = expansion.w,
                                      .expansion_bias = expansion.bias,
                                      .expansion_activation = expansion.activation,
                                      .w = depthwise.w,
                                      .bias = depthwise.bias,
                                      .activation = depthwise.activation};
}

bool reads_pixel_by_pixel(const Convolution& conv) { return is_product(conv.window); }
bool is_expansion(const Convolution& conv) { return is_product(conv.window) && conv.residual < 0; }

/// What makes what the operation's x alone reads; null where that is the plan's input.
const Operation* maker_for(const Plan<float>& plan, int x) {
  if (readers(plan, x) != 1) return nullptr;
  const auto maker = std::ranges::find(plan.operations, x,
                                       [](const Operation& other) { return output_of(other); });
  return maker == plan.operations.end() ? nullptr : &*maker;
}

/// Joins operations of type Second with what both_of(first, second) makes of them and their makers.
template <class Second, class BothOf>
void join_each(Plan<float>& plan, const std::function<bool(const OperationPair&)>& pays,
               const BothOf& both_of) {
  std::vector<int> joined;  // values that nothing makes any more
  for (Operation& operation : plan.operations) {
    const auto* second = std::get_if<Second>(&operation);
    const Operation* first = second ? maker_for(plan, second->x) : nullptr;
    if (!first) continue;
    std::optional<Operation> both = both_of(*first, *second);
    if (!both || !pays({*first, operation, *both})) continue;
    joined.push_back(second->x);
    operation = std::move(*both);
  }
  std::erase_if(plan.operations, [&](const Operation& operation) {
    return std::ranges::find(joined, output_of(operation)) != joined.end();
  });
}

}  // namespace

void join_pairs(Plan<float>& plan, const std::function<bool(const OperationPair&)>& pays) {
  join_each<Convolution>(
      plan, pays, [](const Operation& first, const Convolution& conv) -> std::optional<Operation> {
        if (!reads_pixel_by_pixel(conv)) return std::nullopt;
        return std::visit(
            [&](const auto& op) -> std::optional<Operation> {
              if constexpr (requires { join(op, conv); })
                return join(op, conv);
              else
                return std::nullopt;
            },
            first);
      });
  using Depthwise = PlanDepthwise<float>;
  join_each<Depthwise>(
      plan, pays,
      [](const Operation& first, const Depthwise& depthwise) -> std::optional<Operation> {
        const auto* conv = std::get_if<Convolution>(&first);
        if (!conv || !is_expansion(*conv)) return std::nullopt;
        return join(*conv, depthwise);
      });
}

}  // namespace nanopneumo::cpu

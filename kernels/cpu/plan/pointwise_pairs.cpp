#include "kernels/cpu/plan/pointwise_pairs.h"

#include <algorithm>

#include "kernels/cpu/convolution.h"

namespace nanopneumo::cpu {
namespace {

using Operation = PlanOperation<float>;
using Convolution = PlanConvolution<float>;

int readers(const Plan<float>& plan, int v) {
  int count = v == plan.output ? 1 : 0;
  for (const Operation& operation : plan.operations)
    visit_inputs(operation, [&](int input) { count += input == v; });
  return count;
}

Operation join(PlanDepthwise<float>& depthwise, Convolution& conv) {
  return PlanSeparable<float>{.x = depthwise.x,
                              .y = conv.y,
                              .residual = conv.residual,
                              .window = depthwise.window,
                              .depthwise_w = std::move(depthwise.w),
                              .depthwise_bias = std::move(depthwise.bias),
                              .depthwise_activation = depthwise.activation,
                              .w = std::move(conv.w),
                              .bias = std::move(conv.bias),
                              .activation = conv.activation};
}

Operation join(PlanAffine<float>& affine, Convolution& conv) {
  return PlanAffineProduct<float>{.x = affine.x,
                                  .y = conv.y,
                                  .residual = conv.residual,
                                  .scale = std::move(affine.scale),
                                  .shift = std::move(affine.shift),
                                  .affine_activation = affine.activation,
                                  .w = std::move(conv.w),
                                  .bias = std::move(conv.bias),
                                  .activation = conv.activation};
}

Operation join(const PlanScale& gate, Convolution& conv) {
  return PlanScaledProduct<float>{.x = gate.x,
                                  .s = gate.s,
                                  .y = conv.y,
                                  .residual = conv.residual,
                                  .w = std::move(conv.w),
                                  .bias = std::move(conv.bias),
                                  .activation = conv.activation};
}

/// Makes the convolution one with the operation that makes what it reads, where the two can be.
bool join_with_maker(Plan<float>& plan, Operation& operation) {
  auto* conv = std::get_if<Convolution>(&operation);
  if (!conv || !is_product(conv->window) || readers(plan, conv->x) != 1) return false;
  const auto maker = std::ranges::find(plan.operations, conv->x,
                                       [](const Operation& other) { return output_of(other); });
  if (maker == plan.operations.end()) return false;  // the plan's input
  return std::visit(
      [&](auto& first) {
        if constexpr (!requires { join(first, *conv); })
          return false;
        else {
          operation = join(first, *conv);
          return true;
        }
      },
      *maker);
}

}  // namespace

void join_pointwise_pairs(Plan<float>& plan) {
  std::vector<int> joined;  // values that nothing makes any more
  for (Operation& operation : plan.operations) {
    const auto* conv = std::get_if<Convolution>(&operation);
    if (!conv) continue;
    const int x = conv->x;
    if (join_with_maker(plan, operation)) joined.push_back(x);
  }
  std::erase_if(plan.operations, [&](const Operation& operation) {
    return std::ranges::find(joined, output_of(operation)) != joined.end();
  });
}

}  // namespace nanopneumo::cpu

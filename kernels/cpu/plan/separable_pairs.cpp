#include "kernels/cpu/plan/separable_pairs.h"

#include <algorithm>

#include "kernels/cpu/convolution.h"

namespace nanopneumo::cpu {
namespace {

using Operations = std::vector<PlanOperation<float>>;

int readers(const Plan<float>& plan, int v) {
  int count = v == plan.output ? 1 : 0;
  for (const PlanOperation<float>& operation : plan.operations)
    visit_inputs(operation, [&](int input) { count += input == v; });
  return count;
}

/// The depthwise convolution that makes v, or null.
PlanDepthwise<float>* depthwise_that_makes(Operations& operations, int v) {
  for (PlanOperation<float>& operation : operations)
    if (auto* depthwise = std::get_if<PlanDepthwise<float>>(&operation);
        depthwise && depthwise->y == v)
      return depthwise;
  return nullptr;
}

PlanSeparable<float> join(PlanDepthwise<float>& depthwise, PlanConvolution<float>& conv) {
  return {.x = depthwise.x,
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

}  // namespace

void join_separable_pairs(Plan<float>& plan) {
  std::vector<int> joined;  // values that nothing makes any more
  for (PlanOperation<float>& operation : plan.operations) {
    auto* conv = std::get_if<PlanConvolution<float>>(&operation);
    if (!conv || !is_product(conv->window)) continue;
    PlanDepthwise<float>* depthwise = depthwise_that_makes(plan.operations, conv->x);
    if (!depthwise || readers(plan, conv->x) != 1) continue;
    joined.push_back(conv->x);
    operation = join(*depthwise, *conv);
  }
  std::erase_if(plan.operations, [&](const PlanOperation<float>& operation) {
    return std::ranges::find(joined, output_of(operation)) != joined.end();
  });
}

}  // namespace nanopneumo::cpu

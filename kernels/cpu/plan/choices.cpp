#include "kernels/cpu/plan/choices.h"

#include "kernels/cpu/winograd/winograd.h"

namespace nanopneumo::cpu {
namespace {

constexpr int kFewestChannels = 32;

}  // namespace

Choices default_choices(const Plan<float>& plan, Precision precision) {
  Choices choices(plan.operations.size(), Algorithm::direct);
  if (precision != Precision::float32) return choices;
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (const auto* op = std::get_if<PlanConvolution<float>>(&plan.operations[i]);
        op && winograd::applies(op->window) && plan.value(op->x).C >= kFewestChannels &&
        plan.value(op->y).C >= kFewestChannels)
      choices[i] = Algorithm::winograd;
  return choices;
}

}  // namespace nanopneumo::cpu

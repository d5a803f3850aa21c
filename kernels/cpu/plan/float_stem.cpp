#include "kernels/cpu/plan/float_stem.h"

#include "kernels/cpu/plan/plan_parts.h"

namespace nanopneumo::cpu {
namespace {

template <class Op>
const Op* as(const PlanOperation<float>& operation) {
  return std::get_if<Op>(&operation);
}

bool prepares_pixels(const PlanOperation<float>& operation) {
  return as<PlanAffine<float>>(operation) || as<PlanPad>(operation);
}

/// Whether `operation` reads value v and nothing else.
bool reads_only(const PlanOperation<float>& operation, int v) {
  bool others = false;
  visit_inputs(operation, [&](int input) { others = others || input != v; });
  return !others;
}

/// How many operations the stem has: pixels prepared, a convolution, its activation, a depthwise convolution, each
/// of what was before.
std::size_t stem_size(const Plan<float>& plan) {
  const auto& operations = plan.operations;
  std::size_t i = 0;
  int v = plan.input;
  bool is_chain = true;
  const auto take = [&](auto wanted) {
    if (i == operations.size() || !wanted(operations[i])) return false;
    is_chain = is_chain && reads_only(operations[i], v);
    v = output_of(operations[i++]);
    return true;
  };
  while (take(prepares_pixels)) {
  }
  if (!take([](const auto& op) { return as<PlanConvolution<float>>(op) != nullptr; })) return 0;
  take([](const auto& op) { return as<PlanActivation>(op) != nullptr; });
  if (!take([](const auto& op) { return as<PlanDepthwise<float>>(op) != nullptr; })) return 0;
  return is_chain && can_cut(plan, i) ? i : 0;
}

}  // namespace

Plan<float> take_float_stem(Plan<float>& plan) { return take_front(plan, stem_size(plan)); }

}  // namespace nanopneumo::cpu

#include "kernels/cpu/plan/float_stem.h"

#include <algorithm>
#include <iterator>

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
  if (i == operations.size()) return 0;
  // Nothing but the stem's result is read later.
  for (std::size_t later = i; later < operations.size(); ++later)
    visit_inputs(operations[later], [&](int input) {
      is_chain = is_chain && input != plan.input &&
                 std::ranges::none_of(operations.begin(),
                                      operations.begin() + static_cast<std::ptrdiff_t>(i) - 1,
                                      [&](const auto& op) { return output_of(op) == input; });
    });
  return is_chain ? i : 0;
}

}  // namespace

Plan<float> take_float_stem(Plan<float>& plan) {
  const auto end = plan.operations.begin() + static_cast<std::ptrdiff_t>(stem_size(plan));
  Plan<float> stem{
      .values = plan.values, .operations = {}, .input = plan.input, .output = plan.input};
  if (end == plan.operations.begin()) return stem;
  stem.operations.assign(std::make_move_iterator(plan.operations.begin()),
                         std::make_move_iterator(end));
  plan.operations.erase(plan.operations.begin(), end);
  stem.output = plan.input = output_of(stem.operations.back());
  return stem;
}

}  // namespace nanopneumo::cpu

#include "kernels/cpu/plan/plan_parts.h"

#include <algorithm>
#include <iterator>

namespace nanopneumo::cpu {
namespace {

bool has_convolution(const Plan<float>& plan, std::size_t begin) {
  return std::any_of(plan.operations.begin() + static_cast<std::ptrdiff_t>(begin),
                     plan.operations.end(), [](const PlanOperation<float>& operation) {
                       return std::visit(
                           [](const auto& op) {
                             return requires { op.residual; }
                             || requires { op.expansion_w; };
                           },
                           operation);
                     });
}

}  // namespace

int readers(const Plan<float>& plan, int v) {
  int count = v == plan.output ? 1 : 0;
  for (const PlanOperation<float>& operation : plan.operations)
    visit_inputs(operation, [&](int input) { count += input == v; });
  return count;
}

bool can_cut(const Plan<float>& plan, std::size_t i) {
  if (i == 0 || i >= plan.operations.size()) return false;
  // Of each value, whether one of the operations from number i on makes it.
  std::vector<bool> is_known(plan.values.size(), false);
  is_known[static_cast<std::size_t>(output_of(plan.operations[i - 1]))] = true;
  bool result = true;
  for (; i < plan.operations.size(); ++i) {
    visit_inputs(plan.operations[i],
                 [&](int v) { result = result && is_known[static_cast<std::size_t>(v)]; });
    is_known[static_cast<std::size_t>(output_of(plan.operations[i]))] = true;
  }
  return result && is_known[static_cast<std::size_t>(plan.output)];
}

Plan<float> take_front(Plan<float>& plan, std::size_t count) {
  Plan<float> front{
      .values = plan.values, .operations = {}, .input = plan.input, .output = plan.input};
  if (count == 0) return front;
  const auto end = plan.operations.begin() + static_cast<std::ptrdiff_t>(count);
  front.operations.assign(std::make_move_iterator(plan.operations.begin()),
                          std::make_move_iterator(end));
  plan.operations.erase(plan.operations.begin(), end);
  front.output = plan.input = output_of(front.operations.back());
  return front;
}

std::size_t cut_at_small_image(const Plan<float>& plan, std::int64_t most_pixels) {
  for (std::size_t i = 1; i < plan.operations.size(); ++i)
    if (plan.value(output_of(plan.operations[i - 1])).pixels() <= most_pixels && can_cut(plan, i))
      return i;
  return 0;
}

std::size_t part_of_small_images(const Plan<float>& plan, std::int64_t most_pixels) {
  std::size_t begin = plan.operations.size();
  while (begin > 0 && plan.value(output_of(plan.operations[begin - 1])).pixels() <= most_pixels)
    --begin;
  for (; begin < plan.operations.size(); ++begin)
    if (can_cut(plan, begin)) return has_convolution(plan, begin) ? begin : 0;
  return 0;
}

}  // namespace nanopneumo::cpu

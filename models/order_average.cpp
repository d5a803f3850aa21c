#include <utility>

#include "models/plan_rules.h"
#include "models/plan_uses.h"

namespace nanopneumo {
namespace {

/// A 1x1 convolution without anything that is not linear. Its bias goes through an average as it is.
template <class T>
bool is_linear(const PlanConvolution<T>& conv) {
  return conv.window == Window{} && conv.residual < 0 && conv.activation == Activation::none;
}
bool is_linear(const PlanAveragePool& pool) { return pool.activation == Activation::none; }

/// `before`, number i, and `after`, number `later`, which alone reads what it makes, change places.
/// between: what lies between them then.
template <class T, class Before, class After>
void exchange(Plan<T>& plan, std::size_t i, Before& before, std::size_t later, After& after,
              const PlanValue& between) {
  const int x = before.x, v = before.y, y = after.y;
  plan.values[static_cast<std::size_t>(v)] = between;
  if (!plan.means.empty())  // an average has the mean of what it is of
    plan.means[static_cast<std::size_t>(v)] = std::is_same_v<After, PlanAveragePool>
                                                  ? plan.means[static_cast<std::size_t>(x)]
                                                  : std::vector<float>{};
  after.x = x;
  after.y = before.x = v;
  before.y = y;
  std::swap(plan.operations[i], plan.operations[later]);
}

}  // namespace

template <class T>
void order_average(Plan<T>& plan) {
  until_unchanged(plan, [&](std::size_t i, const PlanUses<T>& uses) {
    const std::size_t later = uses.only_reader(output_of(plan.operations[i]));
    if (auto* pool = operation_as<PlanAveragePool>(plan, i)) {
      auto* conv = operation_as<PlanConvolution<T>>(plan, later);
      if (!conv || !is_linear(*conv) || !is_linear(*pool)) return false;
      const PlanValue x = plan.value(pool->x), pooled = plan.value(pool->y);
      const int K = plan.value(conv->y).C;
      if (x.pixels() > pooled.pixels() || K >= x.C) return false;
      exchange(plan, i, *pool, later, *conv, {x.H, x.W, K});
      return true;
    }
    auto* conv = operation_as<PlanConvolution<T>>(plan, i);
    auto* pool = operation_as<PlanAveragePool>(plan, later);
    if (!conv || !is_linear(*conv) || !pool || !is_linear(*pool)) return false;
    const PlanValue x = plan.value(conv->x), pooled = plan.value(pool->y);
    if (pooled.pixels() >= x.pixels()) return false;
    exchange(plan, i, *conv, later, *pool, {pooled.H, pooled.W, x.C});
    return true;
  });
}

template void order_average(Plan<float>&);
template void order_average(Plan<double>&);

}  // namespace nanopneumo

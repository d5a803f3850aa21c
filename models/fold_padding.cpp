#include "models/plan_rules.h"
#include "models/plan_uses.h"

namespace nanopneumo {
namespace {

/// Whether the operation that makes a value applies an activation without negative results.
template <class T>
bool is_not_negative(Plan<T>& plan, const PlanUses<T>& uses, int v) {
  if (uses.maker(v) == PlanUses<T>::kNone) return false;
  return std::visit(
      [](const auto& op) {
        if constexpr (requires { op.activation; })
          return op.activation == Activation::relu || op.activation == Activation::relu6 ||
                 op.activation == Activation::sigmoid;
        else
          return false;
      },
      plan.operations[uses.maker(v)]);
}

/// A window of padding alone would have no maximum.
bool windows_reach_the_image(const Window& w) {
  return w.pad.top < w.R && w.pad.bottom < w.R && w.pad.left < w.S && w.pad.right < w.S;
}

}  // namespace

template <class T>
void fold_padding(Plan<T>& plan) {
  until_unchanged(plan, [&](std::size_t i, const PlanUses<T>& uses) {
    const auto* pad = operation_as<PlanPad>(plan, i);
    if (!pad) return false;
    const std::size_t reader = uses.only_reader(pad->y);
    const auto fold_into = [&](auto* op) {
      op->window.pad = op->window.pad + pad->padding;
      op->x = pad->x;
      erase_operation(plan, i);
      return true;
    };
    if (auto* conv = operation_as<PlanConvolution<T>>(plan, reader)) return fold_into(conv);
    if (auto* depthwise = operation_as<PlanDepthwise<T>>(plan, reader)) return fold_into(depthwise);
    auto* pool = operation_as<PlanMaxPool>(plan, reader);
    if (!pool || !is_not_negative(plan, uses, pad->x)) return false;
    Window window = pool->window;
    window.pad = window.pad + pad->padding;
    return windows_reach_the_image(window) && fold_into(pool);
  });
}

template void fold_padding(Plan<float>&);
template void fold_padding(Plan<double>&);

}  // namespace nanopneumo

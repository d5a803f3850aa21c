#include <optional>

#include "models/plan_rules.h"
#include "models/plan_uses.h"

namespace nanopneumo {
namespace {

/// The window of the 1x1 convolutions with strides that read v, where nothing else does and it is the same for all.
template <class T>
std::optional<Window> common_skip(Plan<T>& plan, const PlanUses<T>& uses, int v) {
  std::optional<Window> skip;
  for (const std::size_t reader : uses.readers(v)) {
    const auto* conv = operation_as<PlanConvolution<T>>(plan, reader);
    if (!conv || conv->residual == v || !skips_pixels(conv->window)) return {};
    if (skip && *skip != conv->window) return {};
    skip = conv->window;
  }
  return skip;
}

/// The convolution of this window, which makes y, takes over the strides of `skip`.
template <class T>
void take_strides(Plan<T>& plan, const PlanUses<T>& uses, int y, Window& window,
                  const Window& skip) {
  for (const std::size_t reader : uses.readers(y))
    operation_as<PlanConvolution<T>>(plan, reader)->window = {};
  window.stride_h *= skip.stride_h;
  window.stride_w *= skip.stride_w;
  PlanValue& value = plan.values[static_cast<std::size_t>(y)];
  value.H = skip.rows_out(value.H);
  value.W = skip.columns_out(value.W);
}

}  // namespace

template <class T>
void move_strides(Plan<T>& plan) {
  until_unchanged(plan, [&](std::size_t i, const PlanUses<T>& uses) {
    const int y = output_of(plan.operations[i]);
    const std::optional<Window> skip = common_skip(plan, uses, y);
    if (!skip) return false;
    if (auto* depthwise = operation_as<PlanDepthwise<T>>(plan, i)) {
      take_strides(plan, uses, y, depthwise->window, *skip);
      return true;
    }
    auto* conv = operation_as<PlanConvolution<T>>(plan, i);
    if (!conv) return false;
    take_strides(plan, uses, y, conv->window, *skip);
    if (conv->residual < 0) return true;
    const int residual = conv->residual, pixels = add_pixels(plan, residual, *skip);
    conv->residual = pixels;
    plan.operations.insert(plan.operations.begin() + static_cast<std::ptrdiff_t>(i),
                           PlanMaxPool{residual, pixels, *skip});
    return true;
  });
}

template void move_strides(Plan<float>&);
template void move_strides(Plan<double>&);

}  // namespace nanopneumo

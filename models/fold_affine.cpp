#include "models/plan_rules.h"
#include "models/plan_uses.h"

namespace nanopneumo {
namespace {

/// (x * w + bias) * scale + shift as a convolution: the last axis of w runs over the channels.
template <class T, class Convolution>
void fold_into(Convolution& conv, const PlanAffine<T>& affine) {
  const std::size_t channels = affine.scale.size();
  if (conv.bias.empty()) conv.bias.resize(channels);
  for (std::size_t i = 0; i < conv.w.size(); ++i)
    conv.w[i] = static_cast<T>(double{conv.w[i]} * affine.scale[i % channels]);
  for (std::size_t c = 0; c < channels; ++c)
    conv.bias[c] = static_cast<T>(double{conv.bias[c]} * affine.scale[c] + affine.shift[c]);
}

template <class T>
void fold_into(PlanAffine<T>& first, const PlanAffine<T>& second) {
  for (std::size_t c = 0; c < first.scale.size(); ++c) {
    first.shift[c] = static_cast<T>(double{first.shift[c]} * second.scale[c] + second.shift[c]);
    first.scale[c] = static_cast<T>(double{first.scale[c]} * second.scale[c]);
  }
  first.mean = second.mean;
  first.deviation = second.deviation;
}

}  // namespace

template <class T>
void fold_affine(Plan<T>& plan) {
  until_unchanged(plan, [&](std::size_t i, const PlanUses<T>& uses) {
    const auto* affine = operation_as<PlanAffine<T>>(plan, i);
    if (!affine || uses.only_reader(affine->x) != i) return false;
    const std::size_t maker = uses.maker(affine->x);
    const auto fold = [&](auto* op) {
      if (op->activation != Activation::none) return false;
      fold_into(*op, *affine);
      op->y = affine->y;
      op->activation = affine->activation;
      erase_operation(plan, i);
      return true;
    };
    if (auto* conv = operation_as<PlanConvolution<T>>(plan, maker))
      return conv->residual < 0 && fold(conv);
    if (auto* depthwise = operation_as<PlanDepthwise<T>>(plan, maker)) return fold(depthwise);
    if (auto* before = operation_as<PlanAffine<T>>(plan, maker)) return fold(before);
    return false;
  });
}

template void fold_affine(Plan<float>&);
template void fold_affine(Plan<double>&);

}  // namespace nanopneumo

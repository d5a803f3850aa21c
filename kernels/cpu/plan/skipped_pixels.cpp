#include "kernels/cpu/plan/skipped_pixels.h"

#include <string_view>

#include "kernels/cpu/plan/onednn_step.h"

namespace nanopneumo::cpu {
namespace {

using dnnl::memory;

PlanConvolution<float>* skipping_convolution(PlanOperation<float>& operation) {
  auto* conv = std::get_if<PlanConvolution<float>>(&operation);
  return conv && skips_pixels(conv->window) ? conv : nullptr;
}

}  // namespace

template <class E>
bool has_own_kernel(CpuStream& stream, const Plan<float>& plan, const PlanConvolution<float>& op) {
  use_threads(stream.threads());
  const auto nhwc = [&](int v) {
    const PlanValue& value = plan.value(v);
    return memory::desc({1, value.C, value.H, value.W}, kType<E>, memory::format_tag::nhwc);
  };
  const memory::desc weights({plan.value(op.y).C, plan.value(op.x).C, 1, 1}, kType<E>,
                             memory::format_tag::any);
  const auto description = describe_convolution_forward(
      stream.onednn().engine, {.x = nhwc(op.x), .w = weights, .bias = {}, .y = nhwc(op.y)},
      {.strides = {op.window.stride_h, op.window.stride_w},
       .padding_before = {0, 0},
       .padding_after = {0, 0}},
      epilogue(op.residual >= 0, op.activation), dnnl::prop_kind::forward_inference);
  return std::string_view(description.impl_info_str()).find("1x1") != std::string_view::npos;
}

void leave_pixels_out(Plan<float>& plan,
                      const std::function<bool(const PlanConvolution<float>&)>& has_kernel) {
  for (std::size_t i = 0; i < plan.operations.size(); ++i) {
    const auto* first = skipping_convolution(plan.operations[i]);
    if (!first || has_kernel(*first)) continue;
    const int x = first->x, pixels = add_pixels(plan, x, first->window);
    const Window window = first->window;
    for (std::size_t j = i; j < plan.operations.size(); ++j) {
      auto* conv = skipping_convolution(plan.operations[j]);
      if (!conv || conv->x != x || conv->window != window) continue;
      conv->x = pixels;
      conv->window = {};
    }
    plan.operations.insert(plan.operations.begin() + static_cast<std::ptrdiff_t>(i),
                           PlanMaxPool{x, pixels, window});
  }
}

template bool has_own_kernel<float>(CpuStream&, const Plan<float>&, const PlanConvolution<float>&);
template bool has_own_kernel<BFloat16>(CpuStream&, const Plan<float>&,
                                       const PlanConvolution<float>&);

}  // namespace nanopneumo::cpu

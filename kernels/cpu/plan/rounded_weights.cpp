#include "kernels/cpu/plan/rounded_weights.h"

#include "kernels/cpu/plan/balanced_rounding.h"
#include "kernels/cpu/tiled/depthwise.h"

namespace nanopneumo::cpu {
namespace {

/// Weight number i is multiplied by numbers whose mean is mean(i), and belongs to output i % K.
template <class Op, class Mean>
void correct_bias(Op& op, const std::vector<float>& exact, std::size_t K, const Mean& mean) {
  std::vector<double> shift(K, 0);
  for (std::size_t i = 0; i < exact.size(); ++i)
    shift[i % K] += (static_cast<double>(op.w[i]) - static_cast<double>(exact[i])) * mean(i);
  op.bias.resize(K);
  for (std::size_t k = 0; k < K; ++k)
    op.bias[k] = static_cast<float>(static_cast<double>(op.bias[k]) - shift[k]);
}

/// input(i): the input channel of weight number i.
template <class Op, class Input>
void round_weights_of(CpuStream& stream, const Plan<float>& plan, Op& op, const Input& input) {
  const int K = plan.value(op.y).C;
  const std::vector<float> exact = op.w;
  op.w = balanced_bfloat16(stream, std::move(op.w), K);
  if (plan.means.empty()) return;
  const std::vector<float>& means = plan.means[static_cast<std::size_t>(op.x)];
  if (means.empty()) return;
  correct_bias(op, exact, static_cast<std::size_t>(K),
               [&](std::size_t i) { return static_cast<double>(means[input(i)]); });
}

}  // namespace

void round_weights(CpuStream& stream, Plan<float>& plan) {
  for (PlanOperation<float>& operation : plan.operations)
    if (auto* conv = std::get_if<PlanConvolution<float>>(&operation)) {
      const auto C = static_cast<std::size_t>(plan.value(conv->x).C);
      const auto K = static_cast<std::size_t>(plan.value(conv->y).C);
      round_weights_of(stream, plan, *conv, [=](std::size_t i) { return i / K % C; });
    } else if (auto* depthwise = std::get_if<PlanDepthwise<float>>(&operation);
               depthwise && !tiled::kFiltersBFloat16) {
      const auto C = static_cast<std::size_t>(plan.value(depthwise->x).C);
      round_weights_of(stream, plan, *depthwise, [=](std::size_t i) { return i % C; });
    }
}

}  // namespace nanopneumo::cpu

#include "kernels/cpu/plan/choices.h"

#include "kernels/cpu/convolution.h"
#include "kernels/cpu/winograd/winograd.h"

namespace nanopneumo::cpu {
namespace {

constexpr int kFewestChannels = 32;
constexpr std::int64_t kFewestTiles = 64;

/// Of 4x4 outputs each.
std::int64_t tiles(const PlanValue& y, int images) {
  return std::int64_t{images} * ((y.H + 3) / 4) * ((y.W + 3) / 4);
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  return algorithm == Algorithm::gemm       ? "gemm"
         : algorithm == Algorithm::winograd ? "winograd"
                                            : "direct";
}

std::vector<Algorithm> candidates(const Plan<float>& plan, std::size_t i, Precision precision) {
  std::vector<Algorithm> result{Algorithm::direct};
  const auto* op = std::get_if<PlanConvolution<float>>(&plan.operations[i]);
  if (!op) return result;
  if (is_product(op->window)) result.push_back(Algorithm::gemm);
  if (winograd::applies(op->window) && precision == Precision::float32)
    result.push_back(Algorithm::winograd);
  return result;
}

Choices default_choices(const Plan<float>& plan, int images, Precision precision) {
  Choices choices(plan.operations.size(), Algorithm::direct);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (candidates(plan, i, precision).back() != Algorithm::winograd) continue;
    const auto& op = std::get<PlanConvolution<float>>(plan.operations[i]);
    const PlanValue &x = plan.value(op.x), &y = plan.value(op.y);
    if (x.C >= kFewestChannels && y.C >= kFewestChannels && tiles(y, images) >= kFewestTiles)
      choices[i] = Algorithm::winograd;
  }
  return choices;
}

}  // namespace nanopneumo::cpu

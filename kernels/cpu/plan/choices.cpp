#include "kernels/cpu/plan/choices.h"

#include <algorithm>

#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/depthwise.h"
#include "kernels/cpu/winograd/winograd.h"

namespace nanopneumo::cpu {
namespace {

constexpr int kFewestChannels = 32;
constexpr std::int64_t kFewestTiles = 64;

/// Of 4x4 outputs each.
std::int64_t tiles(const PlanValue& y, int images) {
  return std::int64_t{images} * ((y.H + 3) / 4) * ((y.W + 3) / 4);
}

bool pays_by_winograd(const Plan<float>& plan, const PlanConvolution<float>& conv, int images) {
  const PlanValue &x = plan.value(conv.x), &y = plan.value(conv.y);
  return x.C >= kFewestChannels && y.C >= kFewestChannels && tiles(y, images) >= kFewestTiles;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  return algorithm == Algorithm::gemm       ? "gemm"
         : algorithm == Algorithm::tiled    ? "tiled"
         : algorithm == Algorithm::winograd ? "winograd"
                                            : "direct";
}

std::vector<Algorithm> candidates(const Plan<float>& plan, std::size_t i, Precision precision) {
  std::vector<Algorithm> result{Algorithm::direct};
  const PlanOperation<float>& operation = plan.operations[i];
  const auto* conv = std::get_if<PlanConvolution<float>>(&operation);
  if (conv && is_product(conv->window)) result.push_back(Algorithm::gemm);
  const bool is_depthwise = std::holds_alternative<PlanDepthwise<float>>(operation);
  if (precision == Precision::bf16) {
    if (is_depthwise && tiled::kFiltersBFloat16) return {Algorithm::tiled};
    if (conv && conv->window.R <= tiled::BFloat16Filter::kMostRows && matrix_tiles::are_there())
      result.push_back(Algorithm::tiled);
    return result;
  }
  if (conv || is_depthwise) result.push_back(Algorithm::tiled);
  if (conv && winograd::applies(conv->window)) result.push_back(Algorithm::winograd);
  return result;
}

Choices default_choices(const Plan<float>& plan, int images, Precision precision) {
  Choices choices(plan.operations.size(), Algorithm::direct);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::vector<Algorithm> possible = candidates(plan, i, precision);
    const auto* conv = std::get_if<PlanConvolution<float>>(&plan.operations[i]);
    if (possible.back() == Algorithm::winograd && pays_by_winograd(plan, *conv, images))
      choices[i] = Algorithm::winograd;
    else if ((tiled::kBeatsOneDnn || precision == Precision::bf16) &&
             std::ranges::find(possible, Algorithm::tiled) != possible.end())
      choices[i] = Algorithm::tiled;
  }
  return choices;
}

}  // namespace nanopneumo::cpu

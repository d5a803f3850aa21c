// The weights of a whole plan in bfloat16: what inputs at their means become does not change.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <random>

#include "kernels/cpu/plan/rounded_weights.h"
#include "kernels/cpu/tiled/depthwise.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

std::vector<float> drawn(std::mt19937& random, std::size_t count) {
  std::normal_distribution<float> normal(0.02f, 0.1f);
  std::vector<float> values(count);
  for (float& x : values) x = normal(random);
  return values;
}

/// Output k for inputs that lie at their means everywhere; input(i): the channel of weight i.
template <class Op, class Input>
double output_at_means(const Op& op, const std::vector<float>& means, std::size_t k, std::size_t K,
                       const Input& input) {
  double sum = op.bias.empty() ? 0 : static_cast<double>(op.bias[k]);
  for (std::size_t i = k; i < op.w.size(); i += K)
    sum += static_cast<double>(op.w[i]) * static_cast<double>(means[input(i)]);
  return sum;
}

template <class Op, class Input>
void check(Op op, int C, int K, bool with_means, const Input& input) {
  std::mt19937 random(5);
  Plan<float> plan{.values = {{8, 8, C}, {6, 6, K}}, .operations = {op}, .input = 0, .output = 1};
  std::vector<float> means = drawn(random, static_cast<std::size_t>(C));
  for (float& mean : means) mean = std::abs(mean) * 10;
  if (with_means) plan.means = {means, {}};
  CpuStream stream(2);
  cpu::round_weights(stream, plan);
  const Op& rounded = std::get<Op>(plan.operations[0]);
  if (std::is_same_v<Op, PlanDepthwise<float>> && cpu::tiled::kFiltersBFloat16) {
    CHECK(rounded.w == op.w);
    CHECK(rounded.bias == op.bias);
    return count_cases();
  }
  for (const float w : rounded.w) CHECK((std::bit_cast<std::uint32_t>(w) & 0xffffu) == 0);
  if (!with_means) {
    CHECK(rounded.bias == op.bias);
    return count_cases();
  }
  const auto filters = static_cast<std::size_t>(K);
  REQUIRE(rounded.bias.size() == filters);
  for (std::size_t k = 0; k < filters; ++k)
    CHECK(!(std::abs(output_at_means(rounded, means, k, filters, input) -
                     output_at_means(op, means, k, filters, input)) > 1e-6));
  count_cases();
}

}  // namespace

TEST_CASE("biases take up what rounded weights add on average") {
  std::mt19937 random(1);
  for (const bool with_means : {true, false})
    for (const auto& [C, K] : {std::pair(1, 1), std::pair(3, 17), std::pair(40, 8)})
      for (const int side : {1, 3}) {
        const auto inputs = static_cast<std::size_t>(C), filters = static_cast<std::size_t>(K);
        const Window window{.R = side, .S = side, .pad = {}};
        const auto taps = static_cast<std::size_t>(side * side);
        check(PlanConvolution<float>{.x = 0,
                                     .y = 1,
                                     .window = window,
                                     .w = drawn(random, taps * inputs * filters),
                                     .bias =
                                         side == 1 ? std::vector<float>{} : drawn(random, filters)},
              C, K, with_means, [=](std::size_t i) { return i / filters % inputs; });
        check(
            PlanDepthwise<float>{.x = 0,
                                 .y = 1,
                                 .window = window,
                                 .w = drawn(random, taps * inputs),
                                 .bias = side == 1 ? std::vector<float>{} : drawn(random, inputs)},
            C, C, with_means, [=](std::size_t i) { return i % inputs; });
      }
}

}  // namespace nanopneumo::test

// 1x1 convolutions with strides in plans.
#include <doctest/doctest.h>

#include "kernels/cpu/plan/skipped_pixels.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

PlanConvolution<float> skipping(int x, int y, int stride) {
  return {.x = x,
          .y = y,
          .window = {1, 1, stride, stride, {}},
          .w = std::vector<float>(64),
          .bias = {}};
}

bool no_kernel(const PlanConvolution<float>&) { return false; }

template <class Op>
const Op& operation(const Plan<float>& plan, std::size_t i) {
  REQUIRE(std::holds_alternative<Op>(plan.operations.at(i)));
  return std::get<Op>(plan.operations[i]);
}

}  // namespace

TEST_CASE("convolutions that skip the same pixels share what they read") {
  Plan<float> plan;
  plan.values = {{7, 9, 8}, {4, 5, 8}, {4, 5, 8}, {3, 3, 8}};
  plan.operations = {skipping(0, 1, 2), skipping(0, 2, 2), skipping(0, 3, 3)};
  plan.output = 3;
  plan.means.assign(4, {1, 2});
  cpu::leave_pixels_out(plan, no_kernel);
  REQUIRE(plan.operations.size() == 5);
  const auto& pool = operation<PlanMaxPool>(plan, 0);
  CHECK(pool.x == 0);
  CHECK(pool.y == 4);
  CHECK(pool.window == Window{1, 1, 2, 2, {}});
  CHECK(plan.value(4) == PlanValue{4, 5, 8});
  for (const std::size_t i : {1, 2}) {
    CHECK(operation<PlanConvolution<float>>(plan, i).x == 4);
    CHECK(operation<PlanConvolution<float>>(plan, i).window == Window{});
  }
  CHECK(operation<PlanMaxPool>(plan, 3).window.stride_h == 3);
  CHECK(operation<PlanConvolution<float>>(plan, 4).x == 5);
  CHECK(plan.means.size() == plan.values.size());
  Plan<float> left_alone = plan;
  left_alone.operations = {skipping(0, 1, 2)};
  cpu::leave_pixels_out(left_alone, [](const PlanConvolution<float>&) { return true; });
  CHECK(left_alone.operations.size() == 1);
  count_cases();
}

TEST_CASE("convolutions that read all pixels or have other windows stay as they are") {
  Plan<float> plan;
  plan.values = {{7, 9, 8}, {7, 9, 8}, {3, 4, 8}};
  plan.operations = {
      PlanConvolution<float>{.x = 0, .y = 1, .window = {}, .w = std::vector<float>(64), .bias = {}},
      PlanConvolution<float>{
          .x = 1, .y = 2, .window = {2, 2, 2, 2, {}}, .w = std::vector<float>(256), .bias = {}}};
  plan.output = 2;
  cpu::leave_pixels_out(plan, no_kernel);
  CHECK(plan.operations.size() == 2);
  CHECK(plan.values.size() == 3);
  count_cases();
}

}  // namespace nanopneumo::test

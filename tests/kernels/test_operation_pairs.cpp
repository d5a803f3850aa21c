// Operations that become one with the only readers of what they make.
#include <doctest/doctest.h>

#include "kernels/cpu/plan/operation_pairs.h"

namespace nanopneumo::test {
namespace {

constexpr Window kWindow{3, 3, 2, 2, {0, 1, 0, 1}};

PlanDepthwise<float> depthwise(int x, int y) {
  return {.x = x,
          .y = y,
          .window = kWindow,
          .w = std::vector<float>(36, 2),
          .bias = {1, 2, 3, 4},
          .activation = Activation::relu6};
}

PlanConvolution<float> pointwise(int x, int y, int residual = -1) {
  return {.x = x,
          .y = y,
          .residual = residual,
          .window = {},
          .w = std::vector<float>(20, 3),
          .bias = {5},
          .activation = Activation::swish};
}

Plan<float> plan_of(std::vector<PlanOperation<float>> operations, int output) {
  Plan<float> plan;
  plan.values = {{4, 4, 4}, {2, 2, 4}, {2, 2, 5}, {2, 2, 5}, {2, 2, 5}};
  plan.operations = std::move(operations);
  plan.output = output;
  return plan;
}

TEST_CASE("a depthwise convolution and the only reader of its result become one") {
  Plan<float> plan = plan_of({depthwise(0, 1), pointwise(1, 2, 3)}, 2);
  cpu::join_pairs(plan);
  REQUIRE(plan.operations.size() == 1);
  const auto& op = std::get<PlanSeparable<float>>(plan.operations[0]);
  CHECK(op.x == 0);
  CHECK(op.y == 2);
  CHECK(op.residual == 3);
  CHECK(op.window == kWindow);
  CHECK(op.depthwise_w == std::vector<float>(36, 2));
  CHECK(op.depthwise_bias == std::vector<float>{1, 2, 3, 4});
  CHECK(op.depthwise_activation == Activation::relu6);
  CHECK(op.w == std::vector<float>(20, 3));
  CHECK(op.bias == std::vector<float>{5});
  CHECK(op.activation == Activation::swish);
}

PlanAffine<float> affine(int x, int y) {
  return {.x = x, .y = y, .scale = {1, 2, 3, 4}, .shift = {5, 6}, .activation = Activation::relu};
}

TEST_CASE("a batch normalisation and the only reader of its result become one") {
  Plan<float> plan = plan_of({affine(4, 1), pointwise(1, 2, 3)}, 2);
  cpu::join_pairs(plan);
  REQUIRE(plan.operations.size() == 1);
  const auto& op = std::get<PlanAffineProduct<float>>(plan.operations[0]);
  CHECK(op.x == 4);
  CHECK(op.y == 2);
  CHECK(op.residual == 3);
  CHECK(op.scale == std::vector<float>{1, 2, 3, 4});
  CHECK(op.shift == std::vector<float>{5, 6});
  CHECK(op.affine_activation == Activation::relu);
  CHECK(op.w == std::vector<float>(20, 3));
  CHECK(op.bias == std::vector<float>{5});
  CHECK(op.activation == Activation::swish);
}

TEST_CASE("a gate and the only reader of what it lets through become one") {
  Plan<float> plan = plan_of({PlanScale{.x = 4, .s = 0, .y = 1}, pointwise(1, 2, 3)}, 2);
  cpu::join_pairs(plan);
  REQUIRE(plan.operations.size() == 1);
  const auto& op = std::get<PlanScaledProduct<float>>(plan.operations[0]);
  CHECK(op.x == 4);
  CHECK(op.s == 0);
  CHECK(op.y == 2);
  CHECK(op.residual == 3);
  CHECK(op.w == std::vector<float>(20, 3));
  CHECK(op.bias == std::vector<float>{5});
  CHECK(op.activation == Activation::swish);
}

TEST_CASE("each operation becomes one with one reader alone") {
  Plan<float> plan = plan_of({affine(0, 1), pointwise(1, 2), affine(2, 3), pointwise(3, 4)}, 4);
  cpu::join_pairs(plan);
  REQUIRE(plan.operations.size() == 2);
  CHECK(std::get<PlanAffineProduct<float>>(plan.operations[0]).y == 2);
  CHECK(std::get<PlanAffineProduct<float>>(plan.operations[1]).x == 2);
  Plan<float> twice =
      plan_of({affine(0, 1), pointwise(1, 2), pointwise(1, 3), PlanAdd{2, 3, 4}}, 4);
  cpu::join_pairs(twice);
  CHECK(twice.operations.size() == 4);
}

TEST_CASE("a depthwise convolution stays where others read its result, too") {
  Plan<float> twice =
      plan_of({depthwise(0, 1), pointwise(1, 2), pointwise(1, 3), PlanAdd{2, 3, 4}}, 4);
  cpu::join_pairs(twice);
  CHECK(twice.operations.size() == 4);
  Plan<float> as_output = plan_of({depthwise(0, 1), pointwise(1, 2)}, 1);
  cpu::join_pairs(as_output);
  CHECK(as_output.operations.size() == 2);
  // A residual cannot be among them: it is like y, and x is read all over.
  Plan<float> as_residual = plan_of({depthwise(0, 1), pointwise(1, 2, 1)}, 2);
  cpu::join_pairs(as_residual);
  CHECK(as_residual.operations.size() == 2);
}

TEST_CASE("a depthwise convolution stays where the next convolution has a window or strides") {
  for (const Window& window : {kWindow, Window{1, 1, 2, 2, {}}}) {
    PlanConvolution<float> conv = pointwise(1, 2);
    conv.window = window;
    Plan<float> plan = plan_of({depthwise(0, 1), conv}, 2);
    cpu::join_pairs(plan);
    CHECK(plan.operations.size() == 2);
  }
  Plan<float> other = plan_of({PlanActivation{0, 1, Activation::relu}, pointwise(1, 2)}, 2);
  cpu::join_pairs(other);
  CHECK(other.operations.size() == 2);
}

TEST_CASE("a 1x1 convolution and the depthwise one that alone reads it become one") {
  PlanConvolution<float> conv = pointwise(2, 0);
  conv.w = std::vector<float>(16, 3);
  Plan<float> plan = plan_of({conv, depthwise(0, 1)}, 1);
  plan.input = 2;
  cpu::join_pairs(plan);
  REQUIRE(plan.operations.size() == 1);
  const auto& op = std::get<PlanExpandedDepthwise<float>>(plan.operations[0]);
  CHECK(op.x == 2);
  CHECK(op.y == 1);
  CHECK(op.window == kWindow);
  CHECK(op.expansion_w == std::vector<float>(16, 3));
  CHECK(op.expansion_bias == std::vector<float>{5});
  CHECK(op.expansion_activation == Activation::swish);
  CHECK(op.w == std::vector<float>(36, 2));
  CHECK(op.bias == std::vector<float>{1, 2, 3, 4});
  CHECK(op.activation == Activation::relu6);
}

TEST_CASE("a convolution with a residual, a window or other readers stays before a depthwise one") {
  PlanConvolution<float> with_window = pointwise(2, 0);
  with_window.window = {3, 3, 1, 1, {1, 1, 1, 1}};
  for (const PlanConvolution<float>& conv : {with_window, pointwise(2, 0, 4)}) {
    Plan<float> plan = plan_of({conv, depthwise(0, 1)}, 1);
    plan.input = 2;
    cpu::join_pairs(plan);
    CHECK(plan.operations.size() == 2);
  }
  Plan<float> twice =
      plan_of({pointwise(2, 0), depthwise(0, 1), PlanGlobalAverage{0, 3}, PlanAdd{1, 3, 4}}, 4);
  twice.input = 2;
  cpu::join_pairs(twice);
  CHECK(twice.operations.size() == 4);
}

TEST_CASE(
    "a depthwise convolution between two 1x1 convolutions joins the second, or else the first") {
  const auto chain = [] {
    Plan<float> plan = plan_of({pointwise(3, 0), depthwise(0, 1), pointwise(1, 2)}, 2);
    plan.input = 3;
    return plan;
  };
  Plan<float> plan = chain();
  cpu::join_pairs(plan);
  REQUIRE(plan.operations.size() == 2);
  CHECK(std::holds_alternative<PlanSeparable<float>>(plan.operations[1]));
  Plan<float> other = chain();
  cpu::join_pairs(other, [](const cpu::OperationPair& pair) {
    return std::holds_alternative<PlanExpandedDepthwise<float>>(pair.both);
  });
  REQUIRE(other.operations.size() == 2);
  CHECK(std::holds_alternative<PlanExpandedDepthwise<float>>(other.operations[0]));
  Plan<float> neither = chain();
  cpu::join_pairs(neither, [](const cpu::OperationPair&) { return false; });
  CHECK(neither.operations.size() == 3);
}

}  // namespace
}  // namespace nanopneumo::test

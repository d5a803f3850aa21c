// What is known of the values of a plan without an image, against closed formulas and drawn numbers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "models/value_means.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

/// E[max(x, 0)] of a normal x.
double rectified_mean(double mean, double deviation) {
  const double z = mean / deviation;
  return mean * std::erfc(-z / std::numbers::sqrt2) / 2 +
         deviation * std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
}

Plan<float> plan_of(std::initializer_list<int> channels,
                    std::vector<PlanOperation<float>> operations) {
  Plan<float> plan;
  for (const int C : channels) plan.values.push_back({4, 4, C});
  plan.operations = std::move(operations);
  plan.output = static_cast<int>(plan.values.size()) - 1;
  return plan;
}

PlanAffine<float> batch_norm(int x, int y, std::vector<float> mean, std::vector<float> deviation) {
  const std::vector<float> any(mean.size(), 7.0f);
  return {.x = x, .y = y, .scale = any, .shift = any, .mean = mean, .deviation = deviation};
}

bool near(float a, double b) { return !(std::abs(static_cast<double>(a) - b) > 1e-3); }

}  // namespace

TEST_CASE("a batch normalisation tells the means of what follows it") {
  const std::vector<float> mean{0.5f, -1.0f, 2.0f}, deviation{1.0f, -0.5f, 0.0f};
  Plan<float> plan =
      plan_of({3, 3, 3, 3}, {batch_norm(0, 1, mean, deviation),
                             PlanActivation{1, 2, Activation::relu}, PlanAdd{1, 2, 3}});
  note_means(plan);
  REQUIRE(plan.means.size() == 4);
  CHECK(plan.means[0].empty());
  CHECK(plan.means[1] == mean);
  const double expected[]{rectified_mean(0.5, 1), rectified_mean(-1, 0.5), 2};
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(near(plan.means[2][c], expected[c]));
    CHECK(near(plan.means[3][c], static_cast<double>(mean[c]) + expected[c]));
  }
  count_cases(3);
}

TEST_CASE("the means behind each activation are those of drawn numbers") {
  std::mt19937 random(3);
  for (const Activation activation :
       {Activation::relu, Activation::relu6, Activation::sigmoid, Activation::swish})
    for (const auto& [mean, deviation] :
         {std::pair(0.3f, 1.5f), std::pair(-2.0f, 1.0f), std::pair(5.5f, 2.0f)}) {
      std::normal_distribution<double> normal(static_cast<double>(mean),
                                              static_cast<double>(deviation));
      double sum = 0;
      constexpr int kDrawn = 400000;
      for (int i = 0; i < kDrawn; ++i) {
        const double x = normal(random), sigmoid = 1 / (1 + std::exp(-x));
        sum += activation == Activation::relu    ? std::max(x, 0.0)
               : activation == Activation::relu6 ? std::clamp(x, 0.0, 6.0)
               : activation == Activation::swish ? x * sigmoid
                                                 : sigmoid;
      }
      Plan<float> plan = plan_of(
          {1, 1, 1}, {batch_norm(0, 1, {mean}, {deviation}), PlanActivation{1, 2, activation}});
      note_means(plan);
      CHECK(!(std::abs(static_cast<double>(plan.means[2].at(0)) - sum / kDrawn) > 0.02));
      count_cases();
    }
}

TEST_CASE("means go through what is linear, and end where nothing is known") {
  // value 2 = (1, 2) convolved with w (1, 1, C = 2, K = 3); 3: depthwise; 4: concatenated; 5, 6: unknown.
  Plan<float> plan = plan_of(
      {2, 2, 3, 2, 5, 2, 3},
      {batch_norm(0, 1, {1, 2}, {1, 1}),
       PlanConvolution<float>{
           .x = 1, .y = 2, .window = {}, .w = {1, 2, 3, 10, 20, 30}, .bias = {1, 0, -1}},
       PlanDepthwise<float>{.x = 1, .y = 3, .window = {}, .w = {5, 7}, .bias = {}},
       PlanConcatenate{.parts = {2, 3}, .y = 4}, PlanMaxPool{1, 5, {}},
       PlanConvolution<float>{.x = 5, .y = 6, .window = {}, .w = {1, 2, 3, 4, 5, 6}, .bias = {}}});
  note_means(plan);
  CHECK(plan.means[2] == std::vector<float>{22, 42, 62});
  CHECK(plan.means[3] == std::vector<float>{5, 14});
  CHECK(plan.means[4] == std::vector<float>{22, 42, 62, 5, 14});
  CHECK(plan.means[5].empty());
  CHECK(plan.means[6].empty());
  count_cases(5);
}

}  // namespace nanopneumo::test

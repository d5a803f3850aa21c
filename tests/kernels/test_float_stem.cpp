// Which operations at a plan's beginning stay float32.
#include <doctest/doctest.h>

#include "kernels/cpu/plan/float_stem.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

const PlanAffine<float> kAffine{.x = 0, .y = 1, .scale = {1, 1}, .shift = {0, 0}};
const PlanConvolution<float> kConv{.x = 1, .y = 2, .window = {}, .w = {1, 1, 1, 1}, .bias = {}};
const PlanActivation kActivation{2, 3, Activation::swish};
const PlanDepthwise<float> kDepthwise{.x = 3, .y = 4, .window = {}, .w = {1, 1}, .bias = {}};

Plan<float> plan_of(std::vector<PlanOperation<float>> operations) {
  Plan<float> plan;
  plan.values.assign(7, {4, 4, 2});
  plan.operations = std::move(operations);
  plan.output = output_of(plan.operations.back());
  return plan;
}

/// How many operations are taken; the rest has to go on where they end.
std::size_t taken(Plan<float> plan) {
  const std::size_t before = plan.operations.size();
  const int output = plan.output;
  const Plan<float> stem = cpu::take_float_stem(plan);
  CHECK(stem.operations.size() + plan.operations.size() == before);
  CHECK(stem.input == 0);
  CHECK(stem.output == plan.input);
  CHECK(plan.output == output);
  count_cases();
  return stem.operations.size();
}

}  // namespace

TEST_CASE("a depthwise convolution behind the first convolution ends the stem") {
  CHECK(taken(plan_of({kAffine, kConv, kActivation, kDepthwise, PlanGlobalAverage{4, 5}})) == 4);
  PlanConvolution<float> conv = kConv;
  conv.x = 0;
  PlanDepthwise<float> depthwise = kDepthwise;
  depthwise.x = 2;
  CHECK(taken(plan_of({conv, depthwise, PlanAdd{4, 4, 5}})) == 2);
}

TEST_CASE("a second depthwise convolution in the chain belongs to the stem, a third one does not") {
  PlanConvolution<float> second = kConv;
  second.x = 4, second.y = 5;
  PlanDepthwise<float> next = kDepthwise;
  next.x = 5, next.y = 6;
  PlanConvolution<float> third = kConv;
  third.x = 6, third.y = 1;
  const std::vector<PlanOperation<float>> both{kAffine,    kConv,  kActivation,
                                               kDepthwise, second, next};
  const auto with = [&](PlanOperation<float> last) {
    auto operations = both;
    operations.push_back(last);
    return plan_of(operations);
  };
  CHECK(taken(with(third)) == 6);
  CHECK(taken(with(PlanAdd{6, 4, 1})) == 4);  // reads what lies inside the longer one
  CHECK(taken(plan_of(both)) == 4);           // nothing would be left of the longer one
}

TEST_CASE("other plans have no stem") {
  CHECK(taken(plan_of({kAffine, kConv, kActivation, PlanGlobalAverage{3, 5}})) == 0);
  CHECK(taken(plan_of({kAffine, kConv, kActivation, kDepthwise})) == 0);  // nothing would be left
  CHECK(taken(plan_of({kAffine, PlanMaxPool{1, 2, {}}})) == 0);
  // Somebody reads what lies inside: the image, the convolution's result.
  CHECK(taken(plan_of({kAffine, kConv, kActivation, kDepthwise, PlanAdd{4, 0, 5}})) == 0);
  CHECK(taken(plan_of({kAffine, kConv, kActivation, kDepthwise, PlanAdd{4, 3, 5}})) == 0);
  PlanConvolution<float> joined = kConv;
  joined.residual = 0;
  CHECK(taken(plan_of({kAffine, joined, kActivation, kDepthwise, PlanGlobalAverage{4, 5}})) == 0);
}

}  // namespace nanopneumo::test

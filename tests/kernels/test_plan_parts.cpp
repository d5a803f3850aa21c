// Where plans are taken apart.
#include <doctest/doctest.h>

#include "kernels/cpu/plan/plan_parts.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

PlanConvolution<float> conv(int x, int y, int residual = -1) {
  return {.x = x, .y = y, .residual = residual, .window = {}, .w = {1, 1, 1, 1}, .bias = {}};
}

/// Values 0 (the input) and 1 are images of 16 x 16 pixels, the others of 8 x 8.
Plan<float> plan_of(std::vector<PlanOperation<float>> operations) {
  Plan<float> plan;
  plan.values.assign(8, {8, 8, 2});
  plan.values[0] = plan.values[1] = {16, 16, 2};
  plan.operations = std::move(operations);
  plan.output = output_of(plan.operations.back());
  return plan;
}

}  // namespace

TEST_CASE("a plan can be cut where one value alone is read later") {
  // A residual joins numbers 1 and 3.
  const Plan<float> plan = plan_of({conv(0, 1), PlanMaxPool{1, 2, {}}, conv(2, 3), conv(3, 4, 2),
                                    conv(4, 5), PlanGlobalAverage{5, 6}});
  const bool expected[] = {false, true, true, false, true, true, false, false};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    CAPTURE(i);
    CHECK(cpu::can_cut(plan, i) == expected[i]);
    count_cases();
  }
  Plan<float> early_output = plan;
  early_output.output = 2;
  CHECK_FALSE(cpu::can_cut(early_output, 4));
  CHECK(cpu::can_cut(early_output, 1));
}

TEST_CASE("the front ends where the rest begins") {
  Plan<float> rest = plan_of({conv(0, 1), PlanMaxPool{1, 2, {}}, conv(2, 3)});
  CHECK(cpu::take_front(rest, 0).operations.empty());
  CHECK(rest.operations.size() == 3);
  const Plan<float> front = cpu::take_front(rest, 2);
  CHECK(front.operations.size() == 2);
  CHECK(front.input == 0);
  CHECK(front.output == 2);
  CHECK(rest.operations.size() == 1);
  CHECK(rest.input == 2);
  CHECK(rest.output == 3);
  count_cases();
}

TEST_CASE("a cut where a small image leads from one part to the next") {
  const Plan<float> plan = plan_of({conv(0, 1), PlanMaxPool{1, 2, {}}, conv(2, 3), conv(3, 4, 2)});
  CHECK(cpu::cut_at_small_image(plan, 256) == 1);
  CHECK(cpu::cut_at_small_image(plan, 64) == 2);
  CHECK(cpu::cut_at_small_image(plan, 63) == 0);
  // The pooled image is read once more, the large one by two.
  CHECK(cpu::cut_at_small_image(
            plan_of({conv(0, 1), PlanMaxPool{1, 2, {}}, conv(1, 3), conv(2, 4, 3), conv(4, 5)}),
            64) == 4);
  count_cases(4);
}

TEST_CASE("the part of small images begins where they have become small") {
  const auto begin = [](const Plan<float>& plan) { return cpu::part_of_small_images(plan, 64); };
  CHECK(begin(plan_of({conv(0, 1), PlanMaxPool{1, 2, {}}, conv(2, 3)})) == 1);
  // Both read the large image, of which one alone would leave the other behind.
  CHECK(begin(plan_of({conv(0, 1), PlanMaxPool{1, 2, {}}, PlanMaxPool{1, 3, {}}, conv(2, 4, 3)})) ==
        1);
  CHECK(begin(plan_of({PlanMaxPool{0, 2, {}}, PlanMaxPool{0, 3, {}}, conv(2, 4, 3), conv(4, 5)})) ==
        3);
  CHECK(begin(plan_of({conv(0, 1)})) == 0);                         // never
  CHECK(begin(plan_of({conv(0, 1), PlanMaxPool{1, 2, {}}})) == 0);  // no convolution there
  CHECK(begin(plan_of({conv(0, 1), PlanMaxPool{1, 2, {}},
                       PlanExpandedDepthwise<float>{2, 3, {}, {}, {}, {}, {}, {}, {}}})) == 1);
  CHECK(begin(plan_of({conv(2, 3), conv(3, 4)})) == 1);  // all: no part may be empty
  CHECK(cpu::part_of_small_images(plan_of({conv(0, 1), PlanMaxPool{1, 2, {}}, conv(2, 3)}), 63) ==
        0);
  count_cases(8);
}

}  // namespace nanopneumo::test

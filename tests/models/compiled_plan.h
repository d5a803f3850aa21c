// What the tests of frozen plans share: a plan as the CPU compiles it against the layers one by one.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "layers/conv2d.h"
#include "models/frozen_plan.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_json.h"

namespace nanopneumo::test {

/// 3x3, the image keeps its size.
inline Conv2D conv(int filters, bool bias = false, Activation activation = Activation::none) {
  return Conv2D({.filters = filters,
                 .kernel_size = 3,
                 .padding = PaddingMode::same,
                 .use_bias = bias,
                 .activation = activation});
}

/// The first n numbers of the formula, from number 77 on.
inline std::vector<double> formula_values(std::int64_t n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = formula_table()[(i + 77) % formula_table().size()];
  return values;
}

/// Leaves numbers in the plan's memory, of whichever image, that show where a later run reads them in place of its own.
inline void poison(const FrozenPlan<float>& plan, Device& device, const Shape& image) {
  constexpr int kMoreThanAnyPartTakesAtOnce = 33;
  const Shape batch = image.with_batch(kMoreThanAnyPartTakesAtOnce);
  // ReLU would make zeros of NaN.
  const std::vector<float> far_off(static_cast<std::size_t>(batch.elements()), 1e30F);
  plan.run(Tensor<float>::from_host(device, batch, far_off));
}

/// A segment with formula weights as the CPU compiles it, for batches that are and are not multiples of the number of
/// images that it runs at once, against the layers one by one in double. Before each run its memory is poisoned.
inline void check_compiled(const Graph& g, Segment segment, Precision precision, double tolerance,
                           const std::shared_ptr<PlanChoices>& choices = nullptr) {
  const auto reference = make_reference_device();
  const auto cpu = make_cpu_device(2, precision, choices);
  Parameters<double> in_double(g, *reference, 1);
  Parameters<float> in_float(g, *cpu, 1);
  assign_formula(g, in_double);
  assign_formula(g, in_float);
  const FrozenPlan<float> plan(g, in_float, *cpu, segment, cpu->frozen_precision());
  const Shape& image = g.nodes()[static_cast<std::size_t>(segment.first)].output;
  for (const int N : {6, 1, 19}) {
    const std::vector<double> values = formula_values(image.with_batch(N).elements());
    Tape<double> off(*reference, Tape<double>::Recording::off);
    const auto x = Tensor<double>::from_host(*reference, image.with_batch(N), values);
    const Tensor<double> expected = forward(g, in_double, off, {x}, Pass{}, segment).value;
    poison(plan, *cpu, image);
    const auto y = plan.run(Tensor<float>::from_host(
        *cpu, image.with_batch(N), std::vector<float>(values.begin(), values.end())));
    CHECK(y.shape() == expected.shape());
    CHECK(max_relative_difference(host_doubles(y), expected.to_host()) <= tolerance);
    count_cases();
  }
}

}  // namespace nanopneumo::test

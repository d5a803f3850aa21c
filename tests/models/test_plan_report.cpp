// What compiled plans say about themselves.
#include <doctest/doctest.h>

#include <map>

#include "layers/concatenate.h"
#include "layers/conv2d.h"
#include "layers/depthwise_conv2d.h"
#include "layers/global_average_pooling2d.h"
#include "layers/pooling2d.h"
#include "layers/relu.h"
#include "models/frozen_plan.h"
#include "models/mobilenet.h"
#include "models/resnet50.h"
#include "tests/models/largest_allocation.h"
#include "tests/support/cases.h"
#include "tests/support/heap_bytes.h"

namespace nanopneumo::test {
namespace {

Conv2D conv(int filters, int side, bool bias) {
  return Conv2D(
      {.filters = filters, .kernel_size = side, .padding = PaddingMode::same, .use_bias = bias});
}

/// Counts the images of each step, and checks that steps do not overlap.
struct Watch final : PlanObserver {
  std::map<std::size_t, int> images;
  bool is_running = false;
  int most_at_once = 0;

  void begin(std::size_t, int) override {
    CHECK_FALSE(is_running);
    is_running = true;
  }
  void end(std::size_t step, int n) override {
    CHECK(is_running);
    is_running = false;
    images[step] += n;
    most_at_once = std::max(most_at_once, n);
  }
};

}  // namespace

TEST_CASE("Steps know their words and their work, and observers see each of their runs") {
  Graph g("g");
  Graph::Value x = g.input({10, 12, 6});
  x = g.add(ReLU(), g.add(conv(8, 3, true), x));
  x = g.add(DepthwiseConv2D({.kernel_size = 3, .padding = PaddingMode::same}), x);
  x = g.add(MaxPooling2D(2), x);
  g.add(GlobalAveragePooling2D(), x);
  const auto cpu = make_cpu_device(2);
  const Parameters<float> parameters(g, *cpu, 1);
  const FrozenPlan<float> plan(g, parameters, *cpu, {}, Precision::float32);
  constexpr int kImages = 7;  // four at once, then the three that are left
  const std::vector<PlanStepFacts> steps = plan.steps();
  REQUIRE(steps.size() == 4);
  CHECK(steps[0].words == "conv 3x3 /1 10x12x6 -> 8 relu");
  CHECK(steps[1].words == "depthwise 3x3 /1 10x12x8");
  CHECK(steps[2].words == "max pool 2x2 /2 10x12x8");
  CHECK(steps[3].words == "global average 5x6x8");
  for (const PlanStepFacts& step : steps) CHECK_FALSE(step.algorithm.empty());
  // Multiplications and additions, bias, ReLU.
  CHECK(steps[0].flops == 120 * 8 * (2 * 9 * 6 + 1 + 1));
  CHECK(steps[0].bytes == 4 * 120 * (6 + 8));
  CHECK(steps[0].weight_bytes == 4 * (9 * 6 * 8 + 8));
  CHECK(steps[1].bytes == 4 * 120 * (8 + 8));
  CHECK(steps[2].flops == 30 * 8 * 4);
  REQUIRE(steps[0].convolutions.size() == 1);
  CHECK(steps[0].convolutions[0].dims.K == 8);
  REQUIRE(steps[1].convolutions.size() == 1);
  CHECK(steps[1].convolutions[0].is_depthwise);
  CHECK(steps[2].convolutions.empty());

  const Tensor<float> images(*cpu, {kImages, 10, 12, 6});
  cpu->kernels<float>().fill(cpu->stream(), images.size(), 1, images.data());
  Watch watch;
  const std::vector<float> watched = plan.run(images, &watch).to_host();
  CHECK(watched == plan.run(images).to_host());
  CHECK(watch.images.size() == steps.size());
  for (const auto& [step, count] : watch.images) CHECK(count == kImages);
  CHECK(watch.most_at_once == 4);
  count_cases();
}

TEST_CASE("A plan's memory is what the heap gives it") {
  const Graph g = resnet50({75, 81, 3}, {});
  const auto cpu = make_cpu_device(2);
  const Parameters<float> parameters(g, *cpu, 1);
  {  // what oneDNN keeps for itself
    const auto other = make_cpu_device(2);
    const FrozenPlan<float> warm(g, Parameters<float>(g, *other, 1), *other, {},
                                 Precision::float32);
    warm.prepare();
  }
  const std::size_t before = heap_bytes();
  const FrozenPlan<float> plan(g, parameters, *cpu, {}, Precision::float32);
  plan.prepare();
  const PlanMemory memory = plan.memory();
  CHECK(memory.values > 0);
  CHECK(memory.scratch > 0);
  // Packed; Winograd's are four times as many.
  CHECK(memory.weights > std::size_t{23'000'000} * sizeof(float));
#if defined(__SANITIZE_ADDRESS__)
  (void)before;
  skip_cases(1, "the heap cannot be asked under a sanitizer");
#else
  const double planned = static_cast<double>(memory.total());
  const double taken = static_cast<double>(heap_bytes() - before);
  // Primitives, names and lists are not counted.
  CHECK(taken >= planned);
  CHECK(taken <= 1.05 * planned);
#endif
  for (const int N : {4, 5}) plan.run(Tensor<float>(*cpu, {N, 75, 81, 3}));
  const PlanMemory after = plan.memory();
  CHECK(after.total() == memory.total());
  count_cases();
}

namespace {

void check_takes_no_more_memory(const Graph& g, const Shape& image, std::vector<int> batches) {
  const auto cpu = make_cpu_device(2);
  const Parameters<float> parameters(g, *cpu, 1);
  const FrozenPlan<float> plan(g, parameters, *cpu, {}, Precision::float32);
  largest_allocation();
  plan.prepare();
  CHECK(largest_allocation() > 100'000);          // it does see them
  constexpr std::size_t kListOfArguments = 4096;  // oneDNN's and OpenMP's calls make some
  for (const int N : batches) {
    CAPTURE(N);
    const Tensor<float> x(*cpu, {N, image[0], image[1], image[2]});
    { const Tensor<float> y(*cpu, {N, 4096}); }  // the allocator now has memory for the result
    largest_allocation();
    plan.run(x);
    CHECK(largest_allocation() <= kListOfArguments);
    count_cases();
  }
}

}  // namespace

TEST_CASE("A plan that has been made takes no more memory, whatever the batch") {
  if (!sees_allocations()) return skip_cases(9, "the sanitizer's malloc is not ours");
  check_takes_no_more_memory(mobilenet({75, 81, 3}, {.alpha = 0.5}), {75, 81, 3}, {1, 4, 33});
  // Winograd's tiles, of which seven images have larger chunks than sixteen.
  Graph g("g");
  Graph::Value x = g.input({26, 26, 32});
  x = g.add(MaxPooling2D(2), g.add(conv(256, 3, true), x));
  x = g.add(conv(256, 3, true), x);
  g.add(GlobalAveragePooling2D(), g.add(conv(256, 3, true), x));
  check_takes_no_more_memory(g, {26, 26, 32}, {7, 1, 16, 12, 17, 31});
}

}  // namespace nanopneumo::test

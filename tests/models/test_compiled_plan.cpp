// How the CPU compiles frozen plans: images at once, algorithms of convolutions.
#include <algorithm>
#include <map>

#include "kernels/cpu/cpu_features.h"
#include "kernels/cpu/plan/operation_pairs.h"
#include "kernels/cpu/tiled/convolution.h"
#include "kernels/cpu/tiled/matrix_tiles.h"
#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/concatenate.h"
#include "layers/dense.h"
#include "layers/depthwise_conv2d.h"
#include "layers/global_average_pooling2d.h"
#include "layers/multiply.h"
#include "layers/pooling2d.h"
#include "layers/relu.h"
#include "layers/reshape.h"
#include "models/plan_lowering.h"
#include "models/plan_rules.h"
#include "models/portable_plan.h"
#include "tests/models/compiled_plan.h"
#include "tests/support/one_algorithm.h"

namespace nanopneumo::test {
namespace {

using V = Graph::Value;
constexpr ReLU::MaxValue kSix = ReLU::MaxValue::six;

/// Knows nothing at first.
class Learning final : public PlanChoices {
 public:
  std::optional<std::string> find(const std::string& convolution,
                                  std::span<const std::string_view> possible) override {
    CHECK(possible.size() > 1);
    last_possible.assign(possible.begin(), possible.end());
    const auto found = known.find(convolution);
    return found == known.end() ? std::nullopt : std::optional(found->second);
  }
  void add(const std::string& convolution, std::string_view algorithm) override {
    CHECK(std::ranges::find(last_possible, algorithm) != last_possible.end());
    CHECK(known.emplace(convolution, algorithm).second);  // measured once
  }
  void plan_is_complete() override { ++plans; }

  std::map<std::string, std::string> known;
  std::vector<std::string> last_possible;
  int plans = 0;
};

/// Products and 3x3 convolutions in a row, side by side, and with a residual.
Graph graph_of_choices() {
  const auto point = [](int filters, bool bias = true) {
    return Conv2D({.filters = filters, .kernel_size = 1, .use_bias = bias});
  };
  Graph g("g");
  V x = g.add(conv(19, true, Activation::relu), g.input({9, 7, 3}));
  x = g.add(ReLU(kSix), g.add(point(33), x));
  V left = g.add(ReLU(), g.add(BatchNormalization(), g.add(point(17, false), x)));
  V right = g.add(ReLU(), g.add(conv(18, true), g.add(point(35), x)));
  x = g.add(Concatenate(), {left, right});
  const V wide = g.add(point(35), x);
  x = g.add(ReLU(), g.add(Add(), {g.add(point(35), wide), wide}));
  x = g.add(ReLU(), g.add(Add(), {g.add(conv(35), x), wide}));
  x = g.add(GlobalAveragePooling2D(), x);
  g.add(Dense({.units = 3}), g.add(Dense({.units = 40}), x));
  return g;
}

TEST_CASE("Every algorithm of a convolution computes the same") {
  const Graph g = graph_of_choices();
  for (const char* algorithm : {"direct", "gemm", "tiled", "winograd"}) {
    CAPTURE(algorithm);
    const auto one = std::make_shared<OneAlgorithm>(algorithm);
    check_compiled(g, {}, Precision::float32, 1e-5, one);
    CHECK(one->plans == 1);
    CHECK(one->taken >= 3);
  }
  if (!cpu::multiplies_bfloat16()) return skip_cases(9, "this CPU does not multiply bfloat16");
  for (const char* algorithm : {"direct", "gemm", "tiled"}) {
    CAPTURE(algorithm);
    check_compiled(g, {}, Precision::bf16, 3e-2, std::make_shared<OneAlgorithm>(algorithm));
  }
}

TEST_CASE("The algorithms that the clock chose are used again") {
  const Graph g = graph_of_choices();
  const auto learning = std::make_shared<Learning>();
  check_compiled(g, {}, Precision::float32, 1e-5, learning);
  CHECK(learning->plans == 1);
  CHECK(learning->known.size() >= 8);
  const auto known = learning->known;
  check_compiled(g, {}, Precision::float32, 1e-5, learning);
  CHECK(learning->plans == 2);
  CHECK(learning->known == known);
}

TEST_CASE("Images run one by one while they are large, the more together the smaller they are") {
  Graph g("g");
  V x = g.input({41, 39, 3});
  x = g.add(conv(32), x);  // 1599 pixels
  x = g.add(MaxPooling2D(2), g.add(ReLU(kSix), g.add(BatchNormalization(), x)));
  x = g.add(conv(32), x);  // 380
  x = g.add(MaxPooling2D(2), g.add(conv(48), x));
  const V joined = g.add(conv(16), x);  // 90
  g.add(GlobalAveragePooling2D(), g.add(Concatenate(), {joined, g.add(conv(8), joined)}));
  check_compiled(g, {}, Precision::float32, 1e-4);
}

Conv2D pointwise(int filters) { return Conv2D({.filters = filters, .kernel_size = 1}); }

/// A batch normalisation, a depthwise convolution and a gate that 1x1 convolutions read, each with and without a
/// residual. What the gate is of is made by a depthwise convolution of its own, of channels that a 1x1 one makes.
Graph graph_of_pairs() {
  Graph g("g");
  const V image = g.input({11, 9, 20});
  const auto normalized = [&](V x) {
    return g.add(pointwise(20), g.add(ReLU(kSix), g.add(BatchNormalization(), x)));
  };
  V x = g.add(ReLU(), normalized(image));
  x = g.add(Add(), {normalized(x), x});
  const auto separable = [&](V v) {
    const auto depthwise = DepthwiseConv2D({.kernel_size = 3, .padding = PaddingMode::same});
    return g.add(pointwise(20), g.add(ReLU(), g.add(depthwise, v)));
  };
  x = g.add(ReLU(), separable(x));
  x = g.add(Add(), {separable(x), x});
  const auto gated = [&](V x) {
    const V expanded = g.add(ReLU(), g.add(pointwise(20), x));
    const V v =
        g.add(ReLU(kSix),
              g.add(DepthwiseConv2D({.kernel_size = 3, .padding = PaddingMode::same}), expanded));
    const V mean = g.add(Reshape({1, 1, 20}), g.add(GlobalAveragePooling2D(), v));
    const V s =
        g.add(Conv2D({.filters = 20, .kernel_size = 1, .activation = Activation::sigmoid}), mean);
    return g.add(pointwise(20), g.add(Multiply(), {v, s}));
  };
  x = g.add(ReLU(), gated(x));
  g.add(Add(), {gated(x), x});
  return g;
}

TEST_CASE("Operations that became one with their readers compute the same") {
  const Graph g = graph_of_pairs();
  check_compiled(g, {}, Precision::float32, 1e-5);

  const auto cpu = make_cpu_device(2);
  Parameters<float> parameters(g, *cpu, 1);
  assign_formula(g, parameters);
  Plan<float> plan = lower(g, parameters, {});
  fuse(plan);
  const auto x =
      Tensor<float>::from_host(*cpu, {3, 11, 9, 20}, std::vector<float>(3 * 11 * 9 * 20, 0.25f));
  const std::vector<float> expected = PortablePlan<float>(*cpu, plan).run(x).to_host();
  const std::size_t operations = plan.operations.size();
  cpu::join_pairs(plan);
  CHECK(plan.operations.size() == operations - 8);
  CHECK(max_relative_difference(PortablePlan<float>(*cpu, plan).run(x).to_host(), expected) <=
        1e-5);
}

TEST_CASE("Averages of depthwise results are made of sums of their rows") {
  const Graph g = graph_of_pairs();
  for (const Precision precision : {Precision::float32, Precision::bf16}) {
    if (precision == Precision::bf16 && !cpu::matrix_tiles::are_there()) continue;
    const auto cpu = make_cpu_device(2, precision);
    Parameters<float> parameters(g, *cpu, 1);
    FrozenPlan<float> plan(g, parameters, *cpu, {}, precision);
    plan.run(Tensor<float>(*cpu, {1, 11, 9, 20}));
    const auto of_sums =
        std::ranges::count(plan.steps(), std::string("row sums"), &PlanStepFacts::algorithm);
    const bool are_ours = cpu::tiled::kBeatsOneDnn || precision == Precision::bf16;
    CHECK(of_sums == (are_ours ? 2 : 0));
    count_cases();
  }
}

TEST_CASE("Pixels that 1x1 convolutions skip") {
  const auto skipping = [](int filters, int stride) {
    return Conv2D({.filters = filters, .kernel_size = 1, .strides = stride, .use_bias = false});
  };
  for (const int stride : {2, 3}) {
    Graph g("g");
    const V x = g.add(conv(24), g.input({11, 14, 3}));  // sizes that strides divide and others
    const V left = g.add(conv(40), g.add(ReLU(), g.add(skipping(16, stride), x)));
    g.add(ReLU(), g.add(Add(), {left, g.add(skipping(40, stride), x)}));
    check_compiled(g, {}, Precision::float32, 1e-4);
  }
}

}  // namespace
}  // namespace nanopneumo::test

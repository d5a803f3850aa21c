// Blocks, their captions, and what models cost.
#include <doctest/doctest.h>

#include <stdexcept>

#include "layers/add.h"
#include "layers/batch_normalization.h"
#include "layers/concatenate.h"
#include "layers/conv2d.h"
#include "layers/dense.h"
#include "layers/depthwise_conv2d.h"
#include "layers/global_average_pooling2d.h"
#include "layers/pooling2d.h"
#include "layers/separable_conv2d.h"
#include "models/blocks.h"
#include "models/cost.h"
#include "models/drawing.h"
#include "models/frozen_plan.h"
#include "models/registry.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

using V = Graph::Value;

V conv(Graph& g, int filters, Size2D size, V x) {
  return g.add(Conv2D({.filters = filters, .kernel_size = size, .padding = PaddingMode::same}), x);
}

/// A block with a fork within a branch, twice, and a head.
Graph branched() {
  Graph g("branched");
  V x = g.input({8, 6, 4});
  for (const char* block : {"one", "two"}) {
    g.begin_block(block);
    const V a = conv(g, 2, 3, x);
    const V fan = g.add(Concatenate(), {conv(g, 1, {1, 3}, a), conv(g, 1, {3, 1}, a)});
    const V b = g.add(BatchNormalization(), conv(g, 2, 1, x));
    x = g.add(Add(), {x, g.add(Concatenate(), {fan, b})});
  }
  g.begin_block("head");
  x = g.add(MaxPooling2D(2), x);
  g.add(Dense({.units = 5}), g.add(GlobalAveragePooling2D(), x));
  return g;
}

TEST_CASE("Blocks are read as ways that fork and join") {
  const Graph g = branched();
  const std::vector<BlockRun> runs = block_runs(g);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].name() == "one, two");
  CHECK(runs[0].count == 2);
  CHECK(caption(g, runs[0].chain) == "(identity + (3x3 2, (1x3 1 & 3x1 1) & 1x1 2))");
  CHECK(runs[0].output == Shape{8, 6, 4});
  CHECK(caption(g, runs[1].chain) == "2x2 max /2, global average, dense 5");
  std::int64_t parameters = 0;
  for (const BlockRun& run : runs) parameters += run.parameters;
  CHECK(parameters == count_parameters(g).total);
  CHECK(chain_between(g, 3, 3).empty());
  // From within a branch the sum cannot be reached without the input.
  CHECK_THROWS_AS((void)chain_between(g, 1, 7), std::logic_error);
  count_cases(8);
}

TEST_CASE("Every backbone is a row of blocks that hold all of its layers once") {
  const auto layers_of = [](const auto& self, const Chain& chain) -> int {
    int count = 0;
    for (const Step& step : chain) {
      ++count;
      for (const Chain& branch : step.branches) count += self(self, branch);
    }
    return count;
  };
  for (const Architecture& architecture : architectures()) {
    CAPTURE(architecture.name);
    const Graph graph = build_model(architecture, {100, 90, 3}, {});
    int layers = 0;
    std::int64_t parameters = 0, multiply_adds = 0;
    for (const BlockRun& run : block_runs(graph)) {
      CHECK(!run.first.empty());
      layers += run.count * layers_of(layers_of, run.chain);
      parameters += run.parameters;
      multiply_adds += run.multiply_adds;
    }
    CHECK(layers == static_cast<int>(graph.nodes().size()) - 1);
    CHECK(parameters == count_parameters(graph).total);
    CHECK(multiply_adds == cost_of(graph).multiply_adds);
    const std::string svg = draw(graph, "title");
    CHECK(svg.starts_with("<svg "));
    CHECK(svg.ends_with("</svg>\n"));
    count_cases();
  }
}

TEST_CASE("Multiplications by hand") {
  const std::vector<Shape> image{{5, 6, 3}};
  CHECK(Conv2D({.filters = 4, .kernel_size = {3, 2}, .padding = PaddingMode::same})
            .multiply_adds(image) == 5 * 6 * 4 * 3 * 2 * 3);
  CHECK(Conv2D({.filters = 4, .kernel_size = 3, .strides = 2}).multiply_adds(image) ==
        2 * 2 * 4 * 9 * 3);
  CHECK(DepthwiseConv2D({.kernel_size = 3}).multiply_adds(image) == 3 * 4 * 3 * 9);
  CHECK(SeparableConv2D({.filters = 7, .kernel_size = 3}).multiply_adds(image) ==
        3 * 4 * (3 * 9 + 3 * 7));
  CHECK(Dense({.units = 7}).multiply_adds(std::vector<Shape>{{11}}) == 77);
  CHECK(MaxPooling2D(2).multiply_adds(image) == 0);
  count_cases(6);
}

// The device's own count of bytes is the judge. Xception's separable layers hold a map between their two
// convolutions, EfficientNet's reshape is a view of its input: these two are not compared.
TEST_CASE("Outputs that are alive at one time are what a pass needs") {
  for (const char* model : {"mobilenet", "resnet50", "densenet121", "vgg16", "inceptionv3"}) {
    INFO(model);
    const auto device = make_reference_device();
    const Graph graph = build_model(find_architecture(model), {83, 76, 3}, {});
    const Parameters<double> parameters(graph, *device, 1);
    const auto before = static_cast<std::int64_t>(device->allocator().statistics().in_use);
    Tape<double> off(*device, Tape<double>::Recording::off);
    Tensor<double> image(*device, {1, 83, 76, 3});
    image.copy_from_host(std::vector<double>(83 * 76 * 3, 0.5));
    (void)forward<double>(graph, parameters, off, {image}, Pass{});
    const auto peak = static_cast<std::int64_t>(device->allocator().statistics().peak_in_use);
    const double share = static_cast<double>(peak - before) /
                         (8.0 * static_cast<double>(cost_of(graph).outputs_alive));
    CAPTURE(share);
    CHECK_FALSE(!(share >= 1 && share < 1.01));  // memory is handed out in whole cache lines
    count_cases();
  }
}

}  // namespace
}  // namespace nanopneumo::test

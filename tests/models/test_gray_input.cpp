// Plans that read one level of a gray image against plans that read the three channels made of it.
#include <doctest/doctest.h>

#include "layers/activation.h"
#include "layers/batch_normalization.h"
#include "layers/concatenate.h"
#include "layers/conv2d.h"
#include "layers/global_average_pooling2d.h"
#include "layers/normalization.h"
#include "layers/pooling2d.h"
#include "layers/relu.h"
#include "layers/rescaling.h"
#include "layers/zero_padding2d.h"
#include "models/frozen_plan.h"
#include "models/registry.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/golden_json.h"

namespace nanopneumo::test {
namespace {

using V = Graph::Value;

constexpr int kImages = 3;

/// What a network sees of gray images: `channels` of what `preprocessing` makes of levels without a pattern.
template <class T>
Tensor<T> gray_images(Device& device, const Shape& image, Preprocessing preprocessing,
                      int channels) {
  const ImageDims d{kImages, to_int(image[0]), to_int(image[1]), 1};
  std::vector<std::uint8_t> levels(static_cast<std::size_t>(d.size()));
  std::uint32_t state = 1;
  for (std::uint8_t& level : levels) level = (state = 1664525 * state + 1013904223) >> 24;
  const auto x = Tensor<std::uint8_t>::from_host(device, {kImages, image[0], image[1], 1}, levels);
  Tensor<T> y(device, {kImages, image[0], image[1], channels});
  preprocessing.channels = channels;
  device.kernels<T>().normalize_image(device.stream(), d, preprocessing, x.data(), y.data());
  return y;
}

/// Compares a segment's plan for gray images, which takes as many `channels`, with the layers one by one in double, and
/// with the plan that the CPU compiles for three channels.
void check(const char* what, const Graph& g, const Preprocessing& preprocessing, int channels,
           Segment segment = {}) {
  INFO(what);
  const auto reference = make_reference_device();
  Parameters<double> in_double(g, *reference, 1);
  assign_formula(g, in_double);
  const Shape& image = g.nodes()[0].output;
  const FrozenPlan<double> plan(g, in_double, *reference, segment, preprocessing);
  REQUIRE(plan.channels() == channels);
  Tape<double> off(*reference, Tape<double>::Recording::off);
  const auto rgb = gray_images<double>(*reference, image, preprocessing, 3);
  const Tensor<double> expected = forward(g, in_double, off, {rgb}, Pass{}, segment).value;
  const Tensor<double> y =
      plan.run(gray_images<double>(*reference, image, preprocessing, channels));
  CHECK(y.shape() == expected.shape());
  CHECK(max_relative_difference(y.to_host(), expected.to_host()) <= 1e-12);

  const auto cpu = make_cpu_device(2);
  Parameters<float> in_float(g, *cpu, 1);
  assign_formula(g, in_float);
  const FrozenPlan<float> compiled(g, in_float, *cpu, segment, preprocessing);
  REQUIRE(compiled.channels() == channels);
  const Tensor<float> found =
      compiled.run(gray_images<float>(*cpu, image, preprocessing, channels));
  CHECK(max_relative_difference(host_doubles(found), expected.to_host()) <= 1e-5);
  count_cases(2);
}

Conv2D padded(int filters, bool bias = false, Activation activation = Activation::none) {
  return Conv2D({.filters = filters,
                 .kernel_size = 3,
                 .padding = PaddingMode::same,
                 .use_bias = bias,
                 .activation = activation});
}

Conv2D valid(int filters) { return Conv2D({.filters = filters, .kernel_size = 3, .strides = 2}); }

}  // namespace

TEST_CASE("Without padding one channel of a gray image is enough") {
  for (const Preprocessing& p :
       {kNoPreprocessing, kTfPreprocessing, kTorchPreprocessing, kCaffePreprocessing}) {
    Graph g("g");
    V x = g.input({9, 8, 3});
    x = g.add(valid(5), x);
    x = g.add(BatchNormalization(), x);
    g.add(ReLU(), x);
    check("valid, bn, relu", g, p, 1);
  }
}

TEST_CASE("Around zeros channels that differ need a mark of what is inside") {
  Graph g("g");
  V x = g.input({7, 6, 3});
  x = g.add(padded(4, true, Activation::relu), x);
  g.add(padded(3), x);
  check("levels as they are", g, kNoPreprocessing, 1);
  check("equal channels", g, kTfPreprocessing, 1);
  check("channels of different mean and deviation", g, kTorchPreprocessing, 2);
  check("channels of different mean", g, kCaffePreprocessing, 2);
  Preprocessing only_deviation = kNoPreprocessing;
  only_deviation.deviation = {2, 3, 5};
  check("channels of different deviation", g, only_deviation, 1);
}

TEST_CASE("Affine maps and a padding before the first convolution") {
  Graph g("g");
  V x = g.input({8, 9, 3});
  x = g.add(Rescaling({1.0 / 255, 1.0 / 300, 1.0 / 200}), x);
  x = g.add(Normalization(), x);
  x = g.add(ZeroPadding2D({.top = 2, .bottom = 1, .right = 3}), x);
  x = g.add(padded(6), x);
  g.add(BatchNormalization({.scale = false}), x);
  check("rescaling, normalisation, padding", g, kCaffePreprocessing, 2);
  check("up to the convolution", g, kNoPreprocessing, 2, {.last = 4});
}

TEST_CASE("A plan that needs colour keeps its three channels") {
  {
    Graph g("g");
    V x = g.input({8, 9, 3});
    x = g.add(ZeroPadding2D({.top = 1}), x);
    x = g.add(BatchNormalization(), x);
    g.add(valid(2), x);
    check("the zeros are shifted, too", g, kCaffePreprocessing, 3);
  }
  {
    Graph g("g");
    const V x = g.input({8, 9, 3});
    g.add(Concatenate(), {g.add(padded(2), x), x});
    check("two readers", g, kCaffePreprocessing, 3);
  }
  {
    Graph g("g");
    V x = g.input({8, 9, 3});
    x = g.add(ReLU(), x);
    g.add(valid(2), x);
    check("an activation first", g, kCaffePreprocessing, 3);
  }
  {
    Graph g("g");
    V x = g.input({8, 9, 3});
    x = g.add(MaxPooling2D(2), x);
    g.add(GlobalAveragePooling2D(), x);
    check("no convolution", g, kCaffePreprocessing, 3);
  }
  {
    Graph g("g");
    V x = g.input({8, 9, 3});
    x = g.add(Rescaling({0.5}), x);
    g.add(ZeroPadding2D({.top = 1}), x);
    check("the convolution comes after the end", g, kCaffePreprocessing, 3);
  }
}

TEST_CASE("The first convolution of each backbone reads gray images") {
  for (const Architecture& architecture : architectures()) {
    if (!architecture.is_backbone) continue;
    const Graph g = build_model(architecture, {75, 80, 3}, {});
    const auto is_convolution = [](const Node& node) {
      return dynamic_cast<const Conv2D*>(node.layer.get()) != nullptr;
    };
    const auto first = std::ranges::find_if(g.nodes(), is_convolution);
    REQUIRE(first != g.nodes().end());
    const bool differs = architecture.name != "mobilenet" && architecture.name != "inceptionv3" &&
                         architecture.name != "xception";
    check(architecture.name.data(), g, architecture.preprocessing, differs ? 2 : 1,
          {.last = static_cast<int>(first - g.nodes().begin())});
  }
}

}  // namespace nanopneumo::test

// What is done to gradients between the backward pass and the update.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "layers/dense.h"
#include "tests/io/messages.h"
#include "tests/reference/reference_device.h"
#include "tests/support/cases.h"
#include "tests/support/formula_network.h"
#include "tests/support/gpu_devices.h"
#include "tests/train/training_run.h"
#include "train/finite_check.h"
#include "train/flat_ops.h"
#include "train/gradient_clipping.h"
#include "train/gradient_sum.h"

namespace nanopneumo::test {
namespace {

/// Parameters of 4, 2, 4 and 2 elements, the first two with the gradients that Keras was given below.
Graph two_layers() {
  Graph graph("small");
  const Graph::Value x = graph.add(Dense({.units = 2}), graph.input({2}));
  graph.add(Dense({.units = 2}), x);
  return graph;
}

const std::vector<double> kGradient{3, -4, 0.5, 12, 0.1, -0.2, 0, 0, 0, 0, 0, 0};

/// keras.optimizers.SGD(1, ...)._clip_gradients of kGradient's first six elements, the last being zeros.
struct ClippingCase {
  Clipping clipping;
  std::vector<double> clipped;
};

using Kind = Clipping::Kind;
const ClippingCase kClippingCases[] = {
    {{Kind::norm, 1},
     {0.230598733, -0.307464957, 0.0384331197, 0.922394931, 0.100000001, -0.200000003}},
    {{Kind::norm, 0.1},
     {0.0230598729, -0.0307464972, 0.00384331215, 0.0922394916, 0.0447213612, -0.0894427225}},
    {{Kind::global_norm, 2},
     {0.461129367, -0.614839137, 0.0768548921, 1.84451747, 0.015370979, -0.0307419579}},
    {{Kind::global_norm, 50}, {3, -4, 0.5, 12, 0.100000001, -0.200000003}},
    {{Kind::value, 0.3},
     {0.300000012, -0.300000012, 0.300000012, 0.300000012, 0.100000001, -0.200000003}},
    {{Kind::none, 0}, {3, -4, 0.5, 12, 0.100000001, -0.200000003}}};

std::vector<double> ramp(std::int64_t n) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < n; ++i)
    values.push_back(std::sin(static_cast<double>(i)) * (1 + static_cast<double>(i % 7)));
  return values;
}

template <class T>
Tensor<T> tensor_of(Device& device, const std::vector<double>& values) {
  return Tensor<T>::from_host(device, {static_cast<std::int64_t>(values.size())},
                              std::vector<T>(values.begin(), values.end()));
}

template <class T>
void check_flat_ops(Device& device, double tolerance) {
  // Around the edges of rows and groups of rows.
  for (const std::int64_t n : {1, 2, 255, 256, 257, 512 * 256 - 1, 512 * 256, 512 * 256 + 300}) {
    const std::vector<double> values = ramp(n);
    double sum = 0;
    for (const double v : values) sum += v * v;
    Tensor<T> x = tensor_of<T>(device, values);
    CHECK(std::abs(sum_of_squares(x) - sum) <= tolerance * sum);
    scale(x, -0.3);
    const std::vector<double> found = host_doubles(x);
    for (std::size_t i = 0; i < values.size(); ++i)
      REQUIRE(std::abs(found[i] + 0.3 * values[i]) <= tolerance * 7);
    count_cases(2);
  }
}

TEST_CASE("Norms and factors of flat buffers on the CPU and the reference") {
  check_flat_ops<float>(*make_cpu_device(2), 2e-6);
  check_flat_ops<double>(*make_reference_device(), 1e-13);
}

TEST_CASE("Norms and factors of flat buffers on every GPU device") {
  for_each_gpu_device([](Device& device) { check_flat_ops<float>(device, 2e-6); });
}

TEST_CASE("Gradients are clipped as Keras' optimisers clip them") {
  const auto device = make_cpu_device(1);
  const Graph graph = two_layers();
  for (const ClippingCase& c : kClippingCases) {
    Parameters<float> parameters(graph, *device, 1);
    parameters.reset_gradients();
    parameters.finish_gradients();
    parameters.gradients().copy_from_host(std::vector<float>(kGradient.begin(), kGradient.end()));
    clip_gradients(c.clipping, parameters);
    const std::vector<double> found = host_doubles(parameters.gradients());
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double expected = i < c.clipped.size() ? c.clipped[i] : 0;
      CHECK_MESSAGE(std::abs(found[i] - expected) <= 4e-7 * std::abs(expected),
                    c.clipping.name() << " " << c.clipping.limit << " element " << i);
      count_cases();
    }
  }
}

TEST_CASE("A limit that is none, and another kind of clipping, are refused") {
  for (const double limit : {0.0, -1.0, std::nan("")})
    CHECK(contains(input_error_of([&] { Clipping{Kind::norm, limit}.validate(); }), "--clip-norm"));
  CHECK(contains(input_error_of([] { (void)Clipping::parse("l1"); }), "l1"));
  for (const char* name : {"none", "norm", "global_norm", "value"})
    CHECK(Clipping{Clipping::parse(name)}.name() == name);
  count_cases(8);
}

/// A dense network without batch normalisation and dropout.
Graph plain_network() {
  Graph graph("plain");
  const Graph::Value x =
      graph.add(Dense({.units = 8, .activation = Activation::relu}), graph.input({5}));
  graph.add(Dense({.units = 1}), x);
  return graph;
}

LabelledBatch<double> images_from(Device& device, int first, int count) {
  std::vector<double> x, labels;
  for (int i = first; i < first + count; ++i) {
    for (int c = 0; c < 5; ++c) x.push_back(std::sin(1.0 + 3 * i + c));
    labels.push_back(i % 3 == 0);
  }
  return {Tensor<double>::from_host(device, {count, 5}, x),
          Tensor<double>::from_host(device, {count}, labels),
          {}};
}

TEST_CASE("Gradients gathered from several batches are those of the larger one") {
  const auto device = make_reference_device();
  const Graph graph = plain_network();
  Parameters<double> parameters(graph, *device, 3);
  const Pass pass{.training = true};
  compute_gradients(graph, parameters, images_from(*device, 0, 11), pass);
  const std::vector<double> whole = host_doubles(parameters.gradients());
  for (const int size : {1, 3, 4, 11}) {  // the last batch is smaller
    GradientSum<double> sum(parameters);
    for (int first = 0; first < 11; first += size) {
      const int count = std::min(size, 11 - first);
      compute_gradients(graph, parameters, images_from(*device, first, count), pass);
      sum.add(parameters, count / 11.0);
    }
    sum.store(parameters);
    CHECK(max_relative_difference(host_doubles(parameters.gradients()), whole) <= 1e-13);
    count_cases();
  }
}

std::string divergence(const Graph& graph, Parameters<float>& parameters,
                       const LabelledBatch<float>& batch) {
  Adam<float> optimizer(parameters);
  const std::vector<float> before = parameters.trainable().to_host();
  const std::string message = input_error_of(
      [&] { (void)train_step(graph, parameters, optimizer, batch, {.training = true}); });
  const std::vector<float> after = parameters.trainable().to_host();
  CHECK(std::memcmp(before.data(), after.data(), before.size() * sizeof(float)) == 0);
  CHECK(optimizer.steps_done() == 0);
  count_cases();
  return message;
}

TEST_CASE("A number that is none is found in the layer where it began") {
  const auto device = make_cpu_device(1);
  const Graph graph = plain_network();
  const auto batch_of = [&](float value) {
    std::vector<float> x(10, 0.5f);
    x[7] = value;
    return LabelledBatch<float>{
        Tensor<float>::from_host(*device, {2, 5}, x), alternating_labels<float>(*device, 2), {}};
  };
  Parameters<float> parameters(graph, *device, 1);
  const std::string input = divergence(graph, parameters, batch_of(NAN));
  CHECK(contains(input, "step 1"));
  CHECK(contains(input, "not trained"));
  CHECK(
      contains(input, "of 10 values 1 are NaN and 0 infinite, the others lie between 0.5 and 0.5"));
  // An infinite weight of the second layer: the first layer's output is still sound.
  const Parameter<float>& last = parameters.all()[2];
  std::vector<float> weights = last.variable.value.to_host();
  for (float& weight : weights) weight = INFINITY;
  assign(last, std::span<const float>(weights));
  const std::string layer = divergence(graph, parameters, batch_of(1));
  CHECK(contains(layer, "the output of layer dense_1"));
  // A loss that is finite, and a gradient that is not.
  for (float& weight : weights) weight = 1e38f;
  assign(last, std::span<const float>(weights));
  const std::string gradient = divergence(graph, parameters, batch_of(1));
  CHECK_MESSAGE(!gradient.empty(), gradient);
  Parameters<float> sound(graph, *device, 1);
  Adam<float> optimizer(sound);
  CHECK_NOTHROW((void)train_step(graph, sound, optimizer, batch_of(1), {.training = true}));
}

}  // namespace
}  // namespace nanopneumo::test

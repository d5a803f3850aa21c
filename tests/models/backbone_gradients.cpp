// Gradients of a backbone with formula weights against TensorFlow's.
#include <doctest/doctest.h>

#include <map>

#include "layers/conv2d.h"
#include "layers/global_average_pooling2d.h"
#include "layers/pooling2d.h"
#include "tests/models/backbone_checks.h"
#include "tests/models/network_figures.h"
#include "tests/reference/reference_device.h"
#include "tests/support/weighted_sum.h"

namespace nanopneumo::test {
namespace {

/// The outputs of each node whose function has kinks, or that a function with kinks reads.
using KinkedOutputs = std::map<int, std::vector<double>>;

/// What one pass and its way back leave.
struct Gradients {
  double loss = 0;
  std::map<std::string, std::vector<double>> of_parameter, moving_after;
  KinkedOutputs kinked_outputs;
  std::int64_t crossed = 0;  ///< elements that were moved to the other side of a kink
};

/// How much more than its tolerance a gradient may differ from Keras' in float64 where rounding takes a
/// value over a kink of ReLU.
constexpr double kPastKink = 10;

/// ReLU, also as part of a convolution: the derivative jumps.
bool has_kinks(const Layer& layer) {
  const auto* conv = dynamic_cast<const Conv2D*>(&layer);
  const Activation activation = conv ? conv->options().activation : layer.activation();
  return activation == Activation::relu || activation == Activation::relu6;
}

/// The piece of ReLU or ReLU6 that a value of theirs is on.
int side(double y) { return y <= 0 ? 0 : y < 6 ? 1 : 2; }

/// Puts the elements of a node's output that lie on another side of a kink than in `others` where they are
/// in those, so that they get the same derivative. They have to lie at the kink but for rounding, which is
/// in proportion to the node's largest output. Returns how many there were.
template <class T>
std::int64_t move_over_kinks(const Tensor<T>& output, const std::vector<double>& others) {
  constexpr double kRounding = 1e-4;
  std::vector<double> values = host_doubles(output);
  REQUIRE(values.size() == others.size());
  const double rounding = kRounding * *std::ranges::max_element(others);
  std::int64_t crossed = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (side(values[i]) != side(others[i])) {
      CHECK(std::abs(values[i] - others[i]) <= rounding);
      values[i] = others[i];
      ++crossed;
    }
  // What the way back of ReLU reads is this very tensor.
  if (crossed > 0) output.copy_from_host(std::vector<T>(values.begin(), values.end()));
  return crossed;
}

/// How many windows of a max pooling over (N, H, W, C) have their first largest element at another place in `a`
/// than in `b`.
std::int64_t windows_that_differ(const Shape& shape, const Window& w, const std::vector<double>& a,
                                 const std::vector<double>& b) {
  const std::int64_t H = shape[1], W = shape[2], C = shape[3];
  std::int64_t differ = 0;
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (int p = 0; p < w.rows_out(to_int(H)); ++p)
      for (int q = 0; q < w.columns_out(to_int(W)); ++q)
        for (std::int64_t c = 0; c < C; ++c) {
          std::size_t at_a = 0, at_b = 0;
          bool first = true;
          for (std::int64_t h = std::max(0, p * w.stride_h - w.pad.top);
               h < std::min<std::int64_t>(H, p * w.stride_h - w.pad.top + w.R); ++h)
            for (std::int64_t v = std::max(0, q * w.stride_w - w.pad.left);
                 v < std::min<std::int64_t>(W, q * w.stride_w - w.pad.left + w.S); ++v) {
              const auto i = static_cast<std::size_t>(((n * H + h) * W + v) * C + c);
              if (first || a[i] > a[at_a]) at_a = i;
              if (first || b[i] > b[at_b]) at_b = i;
              first = false;
            }
          differ += at_a != at_b;
        }
  return differ;
}

/// Max pooling's derivative jumps where two elements of a window are equal. Puts an output that a max pooling
/// reads where `others` are, from which it differs by rounding alone, so that both take the same elements.
/// Returns for how many windows that made a difference.
template <class T>
std::int64_t take_the_same_largest(const Tensor<T>& output, const Window& window,
                                   const std::vector<double>& others) {
  constexpr double kRounding = 1e-4;
  const std::vector<double> values = host_doubles(output);
  REQUIRE(values.size() == others.size());
  CHECK(max_relative_difference(values, others) <= kRounding);
  const std::int64_t differ = windows_that_differ(output.shape(), window, values, others);
  if (differ > 0) output.copy_from_host(std::vector<T>(others.begin(), others.end()));
  return differ;
}

/// The max pooling that reads node n, or null.
const MaxPooling2D* max_pool_after(const Graph& graph, int n) {
  for (const Node& node : graph.nodes())
    if (std::ranges::count(node.inputs, n))
      if (const auto* pool = dynamic_cast<const MaxPooling2D*>(node.layer.get())) return pool;
  return nullptr;
}

/// With `sides`, ReLU's derivative is that of these outputs wherever the own ones lie at a kink.
template <class T>
Gradients compute(Device& device, const BackboneFigures& figures, BatchNormMode mode,
                  const KinkedOutputs* sides = nullptr) {
  const Architecture& architecture = find_architecture(figures.model);
  const int size = figures.gradient_size;
  // The goldens were made without drop-connect.
  Graph graph = build_model(architecture, {size, size, 3}, {.drop_connect = 0});
  graph.add(GlobalAveragePooling2D(), Graph::Value{static_cast<int>(graph.nodes().size()) - 1});
  Parameters<T> parameters(graph, device, 1);
  assign_formula(graph, parameters);
  Tape<T> tape(device);
  parameters.reset_gradients();
  Gradients result;
  const Observer<T> look_at_kinks = [&](int node, const Variable<T>& output) {
    const MaxPooling2D* pool = max_pool_after(graph, node);
    const bool kinks = has_kinks(*graph.nodes()[static_cast<std::size_t>(node)].layer);
    if (!kinks && !pool) return;
    if (sides && kinks) result.crossed += move_over_kinks(output.value, sides->at(node));
    if (sides && pool)
      result.crossed += take_the_same_largest(
          output.value, pool->window(output.shape().without_batch()), sides->at(node));
    result.kinked_outputs[node] = host_doubles(output.value);
  };
  constexpr int kImages = 2;
  const Variable<T> pooled =
      forward(graph, parameters, tape,
              {formula_input<T>(device, kImages, size, size, architecture.preprocessing)},
              {.training = mode == BatchNormMode::training}, {}, look_at_kinks);
  std::vector<double> weights;
  for (int b = 0; b < kImages; ++b)
    for (std::int64_t j = 0; j < pooled.shape()[1]; ++j)
      weights.push_back(formula_table()[static_cast<std::size_t>(j)] / kImages);
  const Variable<T> loss = weighted_sum<T>(tape, pooled, weights);
  tape.backward(loss);
  parameters.finish_gradients();

  result.loss = static_cast<double>(loss.value.to_host()[0]);
  for (const Parameter<T>& parameter : parameters.all()) {
    if (parameter.trainable)
      result.of_parameter[parameter.name] = host_doubles(parameter.variable.gradient->value());
    else
      result.moving_after[parameter.name] = host_doubles(parameter.variable.value);
  }
  return result;
}

void compare(const std::map<std::string, std::vector<double>>& found,
             const std::vector<GoldenTensor>& goldens, double tolerance) {
  for (const GoldenTensor& golden : goldens) {
    const auto tensor = found.find(golden.name);
    REQUIRE_MESSAGE(tensor != found.end(), golden.name);
    const double difference = golden_difference(tensor->second, golden);
    CHECK_MESSAGE(difference <= tolerance, golden.name << " " << difference);
    count_cases();
  }
}

/// Against the figures carried over, and against all of the goldens where they are here.
void check(const Gradients& found, const BackboneFigures& figures, BatchNormMode mode,
           double tolerance) {
  const bool training = mode == BatchNormMode::training;
  const BackboneFigures::Gradients& wanted = training ? figures.training : figures.inference;
  CHECK(max_relative_difference(std::vector{found.loss}, std::vector{wanted.loss}) <= tolerance);
  compare(found.of_parameter, wanted.gradients, tolerance);
  if (training) compare(found.moving_after, figures.moving_after, tolerance);

  const auto path = shared_data("goldens/training/gradients_" + figures.model + ".json",
                                static_cast<long long>(found.of_parameter.size()));
  if (!path) return;
  const nlohmann::json golden = load_json(*path);
  const auto all =
      golden_tensors(golden.at(training ? "training_bn_gradients" : "inference_bn_gradients"));
  REQUIRE(all.size() == found.of_parameter.size());
  compare(found.of_parameter, all, tolerance);
  if (training)
    compare(found.moving_after, golden_tensors(golden.at("training_bn_moving_after")), tolerance);
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

/// As a share of the largest exact value; absolute where that is 0 but for rounding: the gradient of what a
/// batch normalisation takes away again.
double gradient_difference(const std::vector<double>& found, const std::vector<double>& exact) {
  constexpr double kNoise = 1e-9;
  const double difference = max_relative_difference(found, exact);
  const double scale = largest(exact);
  return scale > 0 && scale < kNoise ? difference * scale : difference;
}

}  // namespace

void check_gradients_of_reference(const BackboneFigures& figures, BatchNormMode mode) {
  check(compute<double>(*make_reference_device(), figures, mode), figures, mode, 1e-8);
}

// The derivatives of ReLU and of max pooling jump. Of the millions of inputs of ReLU a handful lie nearer to a
// kink than the rounding of float32, and so do a few pairs of a pooling's largest elements. Where one of them gets the other derivative, the gradients of the layers before it
// change, in Keras as here (findings.md). So float32 is compared with a double reference in which these
// elements are on the same side, to the whole tolerance, and with Keras in float64 only roughly where there
// are such elements.
void check_gradients_in_float(const BackboneFigures& figures, BatchNormMode mode) {
  const bool training = mode == BatchNormMode::training;
  const double tolerance = training ? 1e-2 : 1e-3;
  const Gradients found = compute<float>(*make_cpu_device(2), figures, mode);
  const Gradients exact =
      compute<double>(*make_reference_device(), figures, mode, &found.kinked_outputs);
  check(found, figures, mode, exact.crossed > 0 ? kPastKink * tolerance : tolerance);
  for (const auto& [name, gradient] : found.of_parameter) {
    const double difference = gradient_difference(gradient, exact.of_parameter.at(name));
    CHECK_MESSAGE(difference <= tolerance, name << " " << difference);
    count_cases();
  }
  if (training) compare(found.moving_after, figures.moving_after, 1e-5);
}

}  // namespace nanopneumo::test

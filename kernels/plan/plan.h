// A part of a network in inference mode as a flat list of fused operations: what models/ makes of a graph,
// and what a device compiles. It holds sizes and weights and knows no layers.
#pragma once

#include <cstdint>
#include <type_traits>
#include <variant>
#include <vector>

#include "kernels/kernels.h"

namespace nanopneumo {

/// One image's share of a tensor, (H, W, C); a vector of C numbers has H = W = 1.
struct PlanValue {
  int H = 1, W = 1, C = 1;
  bool operator==(const PlanValue&) const = default;
  std::int64_t pixels() const { return std::int64_t{H} * W; }
  std::int64_t size() const { return pixels() * C; }
};

// The operations. x, y, a, b and so on are numbers of values; the formulas are those of kernels.h.

/// y = activation(conv(x, w) + bias + residual). w: (R, S, C, K); bias: (K), or empty; residual: a value like
/// y, or -1. A dense layer is a convolution of one pixel.
template <class T>
struct PlanConvolution {
  int x, y;
  int residual = -1;
  Window window;
  std::vector<T> w, bias;
  Activation activation = Activation::none;
};

/// The same for each channel on its own. w: (R, S, C); bias: (C), or empty.
template <class T>
struct PlanDepthwise {
  int x, y;
  Window window;
  std::vector<T> w, bias;
  Activation activation = Activation::none;
};

/// y = activation(conv1x1(d, w) + bias + residual) with d = depthwise_activation(depthwise(x, depthwise_w) +
/// depthwise_bias): a depthwise convolution that nothing but the 1x1 convolution after it reads. The window is the
/// depthwise one. No graph is lowered to it; a device may put it in the place of the two.
template <class T>
struct PlanSeparable {
  int x, y;
  int residual = -1;
  Window window;
  std::vector<T> depthwise_w, depthwise_bias;
  Activation depthwise_activation = Activation::none;
  std::vector<T> w, bias;
  Activation activation = Activation::none;
};

/// y = activation(depthwise(e, w) + bias) with e = expansion_activation(conv1x1(x, expansion_w) + expansion_bias): the
/// first half of an inverted residual block (MobileNetV2, EfficientNet). No graph is lowered to it either. The window is the
/// depthwise one. expansion_w: (C, K), w: (R, S, K).
template <class T>
struct PlanExpandedDepthwise {
  int x, y;
  Window window;
  std::vector<T> expansion_w, expansion_bias;
  Activation expansion_activation = Activation::none;
  std::vector<T> w, bias;
  Activation activation = Activation::none;
};

/// y = activation(x * scale + shift), scale and shift (C): batch normalisation, rescaling. mean and deviation (C):
/// of x * scale + shift over the images that the statistics of a batch normalisation are of; else empty.
template <class T>
struct PlanAffine {
  int x, y;
  std::vector<T> scale, shift;
  Activation activation = Activation::none;
  std::vector<T> mean{}, deviation{};
};

/// y = activation(conv1x1(a, w) + bias + residual) with a = affine_activation(x * scale + shift): batch normalisation
/// where what it makes is read, as PlanSeparable of an affine and a 1x1 convolution.
template <class T>
struct PlanAffineProduct {
  int x, y;
  int residual = -1;
  std::vector<T> scale, shift;
  Activation affine_activation = Activation::none;
  std::vector<T> w, bias;
  Activation activation = Activation::none;
};

/// The same with a[h,w,c] = x[h,w,c] * s[c].
template <class T>
struct PlanScaledProduct {
  int x, s, y;
  int residual = -1;
  std::vector<T> w, bias;
  Activation activation = Activation::none;
};

struct PlanMaxPool {
  int x, y;
  Window window;
};

/// Of the pixels inside the image; the activation is applied to the averages.
struct PlanAveragePool {
  int x, y;
  Window window;
  Activation activation = Activation::none;
};

/// y[c] = mean over the pixels of x[., c].
struct PlanGlobalAverage {
  int x, y;
};

struct PlanActivation {
  int x, y;
  Activation activation;
};

/// y = exp(x) / sum over the channels of exp(x).
struct PlanSoftmax {
  int x, y;
};

/// y = activation(a + b).
struct PlanAdd {
  int a, b, y;
  Activation activation = Activation::none;
};

/// y[h,w,c] = x[h,w,c] * s[c]: squeeze-and-excite.
struct PlanScale {
  int x, s, y;
};

/// y = the channels of all parts, one after the other.
struct PlanConcatenate {
  std::vector<int> parts;
  int y;
};

/// y = x with zeros around it.
struct PlanPad {
  int x, y;
  Padding2D padding;
};

/// y = the numbers of x in the same order under another shape.
struct PlanReshape {
  int x, y;
};

template <class T>
using PlanOperation =
    std::variant<PlanConvolution<T>, PlanDepthwise<T>, PlanSeparable<T>, PlanExpandedDepthwise<T>,
                 PlanAffineProduct<T>, PlanScaledProduct<T>, PlanAffine<T>, PlanMaxPool,
                 PlanAveragePool, PlanGlobalAverage, PlanActivation, PlanSoftmax, PlanAdd,
                 PlanScale, PlanConcatenate, PlanPad, PlanReshape>;

/// Operations in an order in which they can run. Each value but the input is made by one of them.
template <class T>
struct Plan {
  std::vector<PlanValue> values;
  std::vector<PlanOperation<T>> operations;
  int input = 0, output = 0;
  /// Of each value what its channels are on average (models/value_means.h), empty where that is not known; or
  /// nothing at all, where nobody wants to know.
  std::vector<std::vector<float>> means{};

  const PlanValue& value(int v) const { return values[static_cast<std::size_t>(v)]; }
};

/// Calls visit(v) with a reference to the number of each value that `operation` reads. Operation may be const.
template <class Operation, class Visit>
void visit_inputs(Operation& operation, Visit visit) {
  std::visit(
      [&](auto& op) {
        using Op = std::remove_cvref_t<decltype(op)>;
        if constexpr (std::is_same_v<Op, PlanAdd>) {
          visit(op.a);
          visit(op.b);
        } else if constexpr (std::is_same_v<Op, PlanConcatenate>) {
          for (auto& part : op.parts) visit(part);
        } else {
          visit(op.x);
          if constexpr (requires { op.s; }) visit(op.s);
          if constexpr (requires { op.residual; })
            if (op.residual >= 0) visit(op.residual);
        }
      },
      operation);
}

/// The number of the value that an operation makes.
template <class Operation>
auto& output_of(Operation& operation) {
  return std::visit(
      [](auto& op) -> auto& { return op.y; }, operation);
}

/// A new value of the plan: the pixels of x that `window`, of one pixel, reads.
template <class T>
int add_pixels(Plan<T>& plan, int x, const Window& window) {
  const PlanValue image = plan.value(x);
  plan.values.push_back({window.rows_out(image.H), window.columns_out(image.W), image.C});
  if (!plan.means.empty()) plan.means.push_back(plan.means[static_cast<std::size_t>(x)]);
  return static_cast<int>(plan.values.size()) - 1;
}

// plan_report.h
struct PlanStepFacts;
struct PlanMemory;
class PlanObserver;

/// A plan that a device has compiled for itself.
class CompiledPlan {
 public:
  virtual ~CompiledPlan() = default;
  /// x: N images of the plan's input, y: N of its output, in the device's memory. `observer` may be null.
  virtual void run(Stream& stream, int N, const float* x, float* y,
                   PlanObserver* observer = nullptr) = 0;
  /// Makes what runs need, whatever their N; the first run makes it otherwise.
  virtual void prepare(Stream& stream) = 0;
  /// One for each operation of the plan. To be called after prepare().
  virtual const std::vector<PlanStepFacts>& steps() const = 0;
  /// Of all that has been made so far.
  virtual PlanMemory memory() const = 0;
};

}  // namespace nanopneumo

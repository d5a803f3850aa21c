#include "kernels/plan/plan_report.h"

#include <fmt/format.h>

namespace nanopneumo {
namespace {

std::string words(const PlanValue& v) {
  return v.pixels() == 1 ? std::to_string(v.C) : fmt::format("{}x{}x{}", v.H, v.W, v.C);
}

const char* suffix(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "";
    case Activation::relu:
      return " relu";
    case Activation::relu6:
      return " relu6";
    case Activation::sigmoid:
      return " sigmoid";
    case Activation::swish:
      return " swish";
  }
  return "";
}

/// "3x3 /2"
std::string words(const Window& w) {
  const std::string stride = w.stride_h == w.stride_w
                                 ? std::to_string(w.stride_h)
                                 : fmt::format("{}x{}", w.stride_h, w.stride_w);
  return fmt::format("{}x{} /{}", w.R, w.S, stride);
}

double numbers(const PlanValue& v) { return static_cast<double>(v.size()); }

/// An activation counts as one operation a number.
double flops(const PlanValue& y, Activation activation) {
  return activation == Activation::none ? 0 : numbers(y);
}

/// Words and FLOPs of each kind of operation.
class Describe {
 public:
  Describe(const Plan<float>& plan, PlanStepFacts& facts) : plan_(plan), facts_(facts) {}

  void operator()(const PlanConvolution<float>& op) {
    const PlanValue &x = plan_.value(op.x), &y = plan_.value(op.y);
    facts_.words = y.pixels() == 1 && x.pixels() == 1
                       ? fmt::format("dense {} -> {}", x.C, y.C)
                       : fmt::format("conv {} {} -> {}", words(op.window), words(x), y.C);
    convolve(op, y, 2.0 * op.window.R * op.window.S * x.C);
    add_convolution(x, y.C, op.window);
    add_residual(op);
  }
  void operator()(const PlanDepthwise<float>& op) {
    const PlanValue& x = plan_.value(op.x);
    facts_.words = fmt::format("depthwise {} {}", words(op.window), words(x));
    add_depthwise(x, op.window);
    convolve(op, plan_.value(op.y), 2.0 * op.window.R * op.window.S);
  }
  void operator()(const PlanSeparable<float>& op) {
    const PlanValue &x = plan_.value(op.x), &y = plan_.value(op.y);
    const PlanValue between{y.H, y.W, x.C};
    facts_.words = fmt::format("depthwise {} {}{} + 1x1 -> {}", words(op.window), words(x),
                               suffix(op.depthwise_activation), y.C);
    add_depthwise(x, op.window);
    add_convolution(between, y.C, {});
    convolve(op, y, 2.0 * x.C);
    facts_.flops +=
        numbers(between) * (2.0 * op.window.R * op.window.S + (op.depthwise_bias.empty() ? 0 : 1)) +
        flops(between, op.depthwise_activation);
    add_residual(op);
  }
  void operator()(const PlanExpandedDepthwise<float>& op) {
    const PlanValue& x = plan_.value(op.x);
    const PlanValue between{x.H, x.W, plan_.value(op.y).C};
    facts_.words = fmt::format("conv 1x1 /1 {} -> {}{} + depthwise {}", words(x), between.C,
                               suffix(op.expansion_activation), words(op.window));
    add_convolution(x, between.C, {});
    add_depthwise(between, op.window);
    convolve(op, plan_.value(op.y), 2.0 * op.window.R * op.window.S);
    facts_.flops += numbers(between) * (2.0 * x.C + (op.expansion_bias.empty() ? 0 : 1)) +
                    flops(between, op.expansion_activation);
  }
  void operator()(const PlanAffineProduct<float>& op) {
    const PlanValue& x = plan_.value(op.x);
    product("affine", op, op.affine_activation);
    facts_.flops += 2 * numbers(x) + flops(x, op.affine_activation);
  }
  void operator()(const PlanScaledProduct<float>& op) {
    product("scale", op, Activation::none);
    facts_.flops += numbers(plan_.value(op.x));
  }
  void operator()(const PlanAffine<float>& op) {
    elementwise("affine", op, 2);
    facts_.words += suffix(op.activation);
    facts_.flops += flops(plan_.value(op.y), op.activation);
  }
  void operator()(const PlanMaxPool& op) { pool("max pool", op); }
  void operator()(const PlanAveragePool& op) {
    pool("average pool", op);
    facts_.words += suffix(op.activation);
    facts_.flops += flops(plan_.value(op.y), op.activation);
  }
  void operator()(const PlanGlobalAverage& op) {
    facts_.words = "global average " + words(plan_.value(op.x));
    facts_.flops = numbers(plan_.value(op.x));
  }
  void operator()(const PlanActivation& op) {
    facts_.words = fmt::format("activation {}{}", words(plan_.value(op.x)), suffix(op.activation));
    facts_.flops = numbers(plan_.value(op.y));
  }
  /// max, subtract, exp, sum, divide
  void operator()(const PlanSoftmax& op) { elementwise("softmax", op, 5); }
  void operator()(const PlanAdd& op) {
    const PlanValue& y = plan_.value(op.y);
    facts_.words = fmt::format("add {}{}", words(y), suffix(op.activation));
    facts_.flops = numbers(y) + flops(y, op.activation);
  }
  void operator()(const PlanScale& op) { elementwise("scale", op, 1); }
  void operator()(const PlanConcatenate& op) {
    facts_.words =
        fmt::format("concatenate {} parts -> {}", op.parts.size(), words(plan_.value(op.y)));
  }
  void operator()(const PlanPad& op) {
    facts_.words = fmt::format("pad {} -> {}", words(plan_.value(op.x)), words(plan_.value(op.y)));
  }
  void operator()(const PlanReshape& op) { elementwise("reshape", op, 0); }

 private:
  template <class Op>
  void convolve(const Op& op, const PlanValue& y, double flops_a_number) {
    facts_.words += suffix(op.activation);
    facts_.flops =
        numbers(y) * (flops_a_number + (op.bias.empty() ? 0 : 1)) + flops(y, op.activation);
  }
  /// Of what `name` and an activation make of x.
  template <class Op>
  void product(const char* name, const Op& op, Activation first) {
    const PlanValue &x = plan_.value(op.x), &y = plan_.value(op.y);
    facts_.words = fmt::format("{} {}{} + 1x1 -> {}", name, words(x), suffix(first), y.C);
    add_convolution(x, y.C, {});
    convolve(op, y, 2.0 * x.C);
    add_residual(op);
  }
  void add_convolution(const PlanValue& x, int K, const Window& window) {
    facts_.convolutions.push_back(
        {.dims = {.H = x.H, .W = x.W, .C = x.C, .K = K, .window = window}});
  }
  void add_depthwise(const PlanValue& x, const Window& window) {
    add_convolution(x, x.C, window);
    facts_.convolutions.back().is_depthwise = true;
  }
  template <class Op>
  void add_residual(const Op& op) {
    if (op.residual < 0) return;
    facts_.words += " +residual";
    facts_.flops += numbers(plan_.value(op.y));
  }
  template <class Op>
  void elementwise(const char* name, const Op& op, double flops_a_number) {
    facts_.words = fmt::format("{} {}", name, words(plan_.value(op.x)));
    facts_.flops = flops_a_number * numbers(plan_.value(op.y));
  }
  template <class Op>
  void pool(const char* name, const Op& op) {
    facts_.words = fmt::format("{} {} {}", name, words(op.window), words(plan_.value(op.x)));
    facts_.flops = numbers(plan_.value(op.y)) * op.window.R * op.window.S;
  }

  const Plan<float>& plan_;
  PlanStepFacts& facts_;
};

/// How many numbers an operation has in its weights, and how many that stay float32 whatever the weights are.
struct WeightCount {
  std::size_t weights = 0, always_float = 0;
};

WeightCount count_weights(const PlanOperation<float>& operation) {
  WeightCount count;
  std::visit(
      [&](const auto& op) {
        const auto add = [&](const std::vector<float>& w, const std::vector<float>& bias) {
          count.weights += w.size();
          count.always_float += bias.size();
        };
        if constexpr (requires { op.depthwise_w; }) add(op.depthwise_w, op.depthwise_bias);
        if constexpr (requires { op.expansion_w; }) add(op.expansion_w, op.expansion_bias);
        if constexpr (requires { op.w; }) add(op.w, op.bias);
        if constexpr (requires { op.scale; })
          count.always_float += op.scale.size() + op.shift.size();
      },
      operation);
  return count;
}

}  // namespace

PlanStepFacts describe_operation(const Plan<float>& plan, std::size_t i,
                                 std::size_t element_bytes) {
  const PlanOperation<float>& operation = plan.operations[i];
  PlanStepFacts facts;
  std::visit(Describe(plan, facts), operation);
  const auto element = static_cast<double>(element_bytes);
  facts.bytes = element * numbers(plan.value(output_of(operation)));
  visit_inputs(operation, [&](int v) { facts.bytes += element * numbers(plan.value(v)); });
  const WeightCount count = count_weights(operation);
  facts.weight_bytes = element * static_cast<double>(count.weights) +
                       static_cast<double>(count.always_float * sizeof(float));
  return facts;
}

std::size_t weight_bytes(const Plan<float>& plan) {
  std::size_t bytes = 0;
  for (const PlanOperation<float>& operation : plan.operations) {
    const WeightCount count = count_weights(operation);
    bytes += sizeof(float) * (count.weights + count.always_float);
  }
  return bytes;
}

}  // namespace nanopneumo

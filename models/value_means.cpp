#include "models/value_means.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <tuple>
#include <utility>

namespace nanopneumo {
namespace {

/// Of each channel. Either may be empty: unknown.
struct Moments {
  std::vector<double> mean, variance;
};

double apply(Activation activation, double x) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::swish:
      return x / (1 + std::exp(-x));
  }
  return x;
}

/// Mean and variance of activation(x), x being normal: the trapezoid rule over six deviations.
std::pair<double, double> activated(Activation activation, double mean, double variance) {
  constexpr int kPoints = 97;
  constexpr double kReach = 6, kStep = 2 * kReach / (kPoints - 1);
  const double deviation = std::sqrt(variance);
  double first = 0, second = 0;
  for (int i = 0; i < kPoints; ++i) {
    const double z = -kReach + kStep * i;
    const double density = std::exp(-z * z / 2) * kStep / std::sqrt(2 * std::numbers::pi);
    const double y = apply(activation, mean + deviation * z);
    first += density * y;
    second += density * y * y;
  }
  return {first, std::max(0.0, second - first * first)};
}

Moments activated(Activation activation, const Moments& x) {
  if (activation == Activation::none) return x;
  if (x.variance.empty()) return {};
  Moments y = x;
  for (std::size_t c = 0; c < x.mean.size(); ++c)
    std::tie(y.mean[c], y.variance[c]) = activated(activation, x.mean[c], x.variance[c]);
  return y;
}

class Propagation {
 public:
  explicit Propagation(const Plan<float>& plan) : plan_(plan), moments_(plan.values.size()) {}

  Moments& at(int v) { return moments_[static_cast<std::size_t>(v)]; }

  void add(const PlanAffine<float>& op) {
    Moments y{{op.mean.begin(), op.mean.end()}, {}};
    for (const float deviation : op.deviation)
      y.variance.push_back(static_cast<double>(deviation) * static_cast<double>(deviation));
    at(op.y) = activated(op.activation, y);
  }
  void add(const PlanActivation& op) { at(op.y) = activated(op.activation, at(op.x)); }
  void add(const PlanConvolution<float>& op) {
    const auto C = static_cast<std::size_t>(plan_.value(op.x).C);
    const auto K = static_cast<std::size_t>(plan_.value(op.y).C);
    if (op.residual < 0) add_linear(op, [=](std::size_t i) { return i / K % C; });
  }
  void add(const PlanDepthwise<float>& op) {
    const auto C = static_cast<std::size_t>(plan_.value(op.x).C);
    add_linear(op, [=](std::size_t i) { return i % C; });
  }
  void add(const PlanAdd& op) {
    const Moments &a = at(op.a), &b = at(op.b);
    Moments y;
    y.mean = sums(a.mean, b.mean);
    y.variance = sums(a.variance, b.variance);  // as if the two were independent
    at(op.y) = activated(op.activation, y);
  }
  void add(const PlanConcatenate& op) {
    Moments y;
    for (const int part : op.parts) {
      const Moments& x = at(part);
      if (x.mean.empty()) return;
      y.mean.insert(y.mean.end(), x.mean.begin(), x.mean.end());
      y.variance.insert(y.variance.end(), x.variance.begin(), x.variance.end());
    }
    if (y.variance.size() != y.mean.size()) y.variance.clear();
    at(op.y) = std::move(y);
  }
  void add(const PlanPad& op) { at(op.y) = at(op.x); }
  void add(const PlanAveragePool& op) { at(op.y).mean = at(op.x).mean; }
  void add(const PlanGlobalAverage& op) { at(op.y).mean = at(op.x).mean; }
  void add(const PlanReshape& op) {
    if (plan_.value(op.x).C == plan_.value(op.y).C) at(op.y) = at(op.x);
  }
  // Nothing is known of a largest value, a gate or a share.
  void add(const PlanMaxPool&) {}
  void add(const PlanScale&) {}
  void add(const PlanSoftmax&) {}
  // No graph is lowered to these.
  void add(const PlanSeparable<float>&) {}
  void add(const PlanExpandedDepthwise<float>&) {}
  void add(const PlanAffineProduct<float>&) {}
  void add(const PlanScaledProduct<float>&) {}

 private:
  static std::vector<double> sums(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.empty() || b.empty()) return {};
    std::vector<double> result(a.size());
    std::ranges::transform(a, b, result.begin(), std::plus());
    return result;
  }

  /// Weight number i is multiplied by numbers of channel input(i) and belongs to output i % K.
  template <class Op, class Input>
  void add_linear(const Op& op, const Input& input) {
    const std::vector<double>& x = at(op.x).mean;
    if (x.empty() || op.activation != Activation::none) return;
    const auto K = static_cast<std::size_t>(plan_.value(op.y).C);
    std::vector<double> mean(op.bias.begin(), op.bias.end());
    mean.resize(K);
    for (std::size_t i = 0; i < op.w.size(); ++i)
      mean[i % K] += static_cast<double>(op.w[i]) * x[input(i)];
    at(op.y).mean = std::move(mean);
  }

  const Plan<float>& plan_;
  std::vector<Moments> moments_;
};

}  // namespace

void note_means(Plan<float>& plan) {
  Propagation propagation(plan);
  for (const PlanOperation<float>& operation : plan.operations)
    std::visit([&](const auto& op) { propagation.add(op); }, operation);
  plan.means.clear();
  for (int v = 0; v < static_cast<int>(plan.values.size()); ++v) {
    const std::vector<double>& mean = propagation.at(v).mean;
    plan.means.emplace_back(mean.begin(), mean.end());
  }
}

}  // namespace nanopneumo

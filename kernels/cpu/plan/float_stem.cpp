#include "kernels/cpu/plan/float_stem.h"

#include "kernels/cpu/plan/plan_parts.h"

namespace nanopneumo::cpu {
namespace {

template <class Op>
const Op* as(const PlanOperation<float>& operation) {
  return std::get_if<Op>(&operation);
}

bool prepares_pixels(const PlanOperation<float>& operation) {
  return as<PlanAffine<float>>(operation) || as<PlanPad>(operation);
}

/// Whether `operation` reads value v and nothing else.
bool reads_only(const PlanOperation<float>& operation, int v) {
  bool others = false;
  visit_inputs(operation, [&](int input) { others = others || input != v; });
  return !others;
}

/// Operations of a plan one after the other, each of which reads the result of the one before it and nothing else.
class Chain {
 public:
  explicit Chain(const Plan<float>& plan) : plan_(plan), end_(plan.input) {}

  /// Takes the next operation if `wanted` says so; false if not.
  template <class Wanted>
  bool take(Wanted wanted) {
    if (size_ == plan_.operations.size() || !wanted(plan_.operations[size_])) return false;
    is_chain_ = is_chain_ && reads_only(plan_.operations[size_], end_);
    end_ = output_of(plan_.operations[size_++]);
    return true;
  }
  /// A convolution, its activation, a depthwise convolution.
  bool take_separable() {
    if (!take([](const auto& op) { return as<PlanConvolution<float>>(op) != nullptr; }))
      return false;
    take([](const auto& op) { return as<PlanActivation>(op) != nullptr; });
    return take([](const auto& op) { return as<PlanDepthwise<float>>(op) != nullptr; });
  }
  std::size_t size() const { return size_; }
  bool is_front() const { return is_chain_ && can_cut(plan_, size_); }

 private:
  const Plan<float>& plan_;
  int end_;
  std::size_t size_ = 0;
  bool is_chain_ = true;
};

/// How many operations the stem has: pixels prepared, then once or twice a convolution and a depthwise one.
std::size_t stem_size(const Plan<float>& plan) {
  Chain chain(plan);
  while (chain.take(prepares_pixels)) {
  }
  std::size_t size = 0;
  for (int depthwise = 0; depthwise < 2 && chain.take_separable(); ++depthwise)
    if (chain.is_front()) size = chain.size();
  return size;
}

}  // namespace

Plan<float> take_float_stem(Plan<float>& plan) { return take_front(plan, stem_size(plan)); }

}  // namespace nanopneumo::cpu

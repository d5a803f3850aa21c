// A plan on any device, operation by operation through its table of kernels.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "kernels/plan/plan.h"
#include "tensor/tensor.h"

namespace nanopneumo {

/// Weights lie on the device; values are taken from its allocator and are free again as soon as the last
/// operation that reads them has run.
template <class T>
class PortablePlan {
 public:
  PortablePlan(Device& device, const Plan<T>& plan);
  PortablePlan(const PortablePlan&) = delete;  // its steps refer to it
  PortablePlan& operator=(const PortablePlan&) = delete;

  /// x: (N, ...) of the plan's input; the result is shaped (N, H, W, C) of its output.
  Tensor<T> run(const Tensor<T>& x) const;

 private:
  /// Makes an operation's value for a batch of N from what it reads, in the order of visit_inputs.
  using Run = std::function<Tensor<T>(int N, std::span<const Tensor<T>> inputs)>;
  struct Step {
    Run run;
    std::vector<int> inputs;
    int output;
    std::vector<int> last_uses;  ///< values that no later step reads
  };

  // What runs an operation, with its weights on the device: kernels/plan/plan.h says of each what it computes. Values are
  // (N, H, W, C), H, W and C as value() has them.

  // These read x and, where there is one, a residual;
  Run compile(const PlanConvolution<T>&) const;
  Run compile(const PlanDepthwise<T>&) const;
  Run compile(const PlanSeparable<T>&) const;
  Run compile(const PlanAffineProduct<T>&) const;
  // x, its factors and, where there is one, a residual;
  Run compile(const PlanScaledProduct<T>&) const;
  // x, which they write over where nobody else holds it;
  Run compile(const PlanAffine<T>&) const;
  Run compile(const PlanActivation&) const;
  // x;
  Run compile(const PlanExpandedDepthwise<T>&) const;
  Run compile(const PlanMaxPool&) const;
  Run compile(const PlanAveragePool&) const;
  Run compile(const PlanGlobalAverage&) const;
  Run compile(const PlanSoftmax&) const;
  Run compile(const PlanPad&) const;
  Run compile(const PlanReshape&) const;
  // two values of one shape; x and its factors (N, 1, 1, C); any number of parts of a height and width.
  Run compile(const PlanAdd&) const;
  Run compile(const PlanScale&) const;
  Run compile(const PlanConcatenate&) const;

  /// A Run that makes memory for value y, which write(N, inputs, memory) fills.
  template <class Write>
  Run make_by(int y, Write write) const;
  /// result = activation(x) for N images of value v. result may be x; nothing is done for no activation.
  void activate(Activation activation, int N, int v, const T* x, T* result) const;
  const Kernels<T>& kernels() const { return device_->kernels<T>(); }
  Stream& stream() const { return device_->stream(); }
  const PlanValue& value(int v) const { return values_[static_cast<std::size_t>(v)]; }
  Tensor<T> upload(const std::vector<T>& values) const;
  /// Memory for a value of N images.
  Tensor<T> make(int N, int v) const;
  /// The same for an operation that may write where it reads x, which has the value's shape: x itself where
  /// nobody else holds it.
  Tensor<T> overwrite_or_make(int N, int v, const Tensor<T>& x) const;
  void find_last_uses();

  Device* device_;
  std::vector<PlanValue> values_;
  std::vector<Step> steps_;
  int input_, output_;
};

}  // namespace nanopneumo

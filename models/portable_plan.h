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

  template <class Op>
  Run compile(const Op& op) const;
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

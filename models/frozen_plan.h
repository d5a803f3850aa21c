// A part of a network in inference mode as a flat list of fused operations.
//
// Nothing in it is trained meanwhile, so batch normalisation is a constant affine map per channel that folds into
// the convolution before it, and zero padding, bias, residual and activation become part of that convolution's
// call. The graph's layers become operations (plan_lowering.h) and rules fuse them (plan_rules.h). Then either
// the device's kernels run what is left one by one (portable_plan.h), or the device compiles it for itself
// (Device::compile). The graph knows nothing of fusion, and a plan nothing of the graph.
#pragma once

#include <memory>

#include "kernels/plan/plan_report.h"
#include "models/eager.h"

namespace nanopneumo {

/// A segment of a graph in inference mode, with the parameters as they were when the plan was made. The
/// results agree with forward() up to rounding.
template <class T>
class FrozenPlan {
 public:
  /// Gives its input back.
  FrozenPlan();
  /// For parts that training changes between two plans. A NaN among the parameters reaches the result.
  FrozenPlan(const Graph& graph, const Parameters<T>& parameters, Device& device, Segment segment);
  /// For a part that stays as it is: compiled by a device that can, to compute in `precision` where it offers
  /// several (Device::frozen_precision). The parameters have to be finite: an activation may take a NaN for 0.
  FrozenPlan(const Graph& graph, const Parameters<T>& parameters, Device& device, Segment segment,
             Precision precision);
  /// The same in float32 for gray images: takes one or two channels where read_gray (gray_input.h) can rewrite the
  /// plan, else all three as ever.
  FrozenPlan(const Graph& graph, const Parameters<T>& parameters, Device& device, Segment segment,
             const Preprocessing& preprocessing);
  FrozenPlan(FrozenPlan&&) noexcept;
  FrozenPlan& operator=(FrozenPlan&&) noexcept;
  ~FrozenPlan();

  /// Channels of the images that run takes (Preprocessing::channels). Of a plan that has operations.
  int channels() const;
  /// x: the output of node segment.first for a batch, with as many channels; result: that of node segment.last.
  /// `observer` is told of the steps where the device has compiled the plan; it may be null. Otherwise the
  /// device's trace gets them.
  Tensor<T> run(const Tensor<T>& x, PlanObserver* observer = nullptr) const;

  /// How many operations are left of the segment's layers.
  std::size_t operations() const { return operations_; }

  /// Makes what the device's compiled plan needs, so that memory() counts it.
  void prepare() const;
  /// The operations of the compiled plan. Empty where there is none.
  std::vector<PlanStepFacts> steps() const;
  /// Of the compiled plan; all zero where there is none.
  PlanMemory memory() const;

 private:
  struct Executor;

  /// The fused operations of a segment, with an executor that has neither way to run them yet. `gray`: the
  /// preprocessing of gray images, or null.
  Plan<T> begin(const Graph& graph, const Parameters<T>& parameters, Device& device,
                Segment segment, Precision precision = Precision::float32,
                const Preprocessing* gray = nullptr);
  /// Has the device compile the plan, or makes it portable.
  void compile(Plan<T> plan, Device& device, Precision precision);

  std::unique_ptr<Executor> executor_;
  std::size_t operations_ = 0;
};

}  // namespace nanopneumo

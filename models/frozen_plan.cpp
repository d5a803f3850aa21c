#include "models/frozen_plan.h"

#include "models/gray_input.h"
#include "models/plan_lowering.h"
#include "models/plan_rules.h"
#include "models/portable_plan.h"
#include "models/traced_plan.h"
#include "models/value_means.h"

namespace nanopneumo {

/// What runs a plan for a batch.
template <class T>
struct FrozenPlan<T>::Executor {
  Device& device;
  std::unique_ptr<CompiledPlan> compiled;  ///< null: portable runs it
  std::optional<PortablePlan<T>> portable;
  Shape input, output;               ///< of one image
  std::optional<TracedPlan> traced;  ///< names the steps in the device's trace
};

template <class T>
FrozenPlan<T>::FrozenPlan() = default;
template <class T>
FrozenPlan<T>::FrozenPlan(FrozenPlan&&) noexcept = default;
template <class T>
FrozenPlan<T>& FrozenPlan<T>::operator=(FrozenPlan&&) noexcept = default;
template <class T>
FrozenPlan<T>::~FrozenPlan() = default;

template <class T>
Plan<T> FrozenPlan<T>::begin(const Graph& graph, const Parameters<T>& parameters, Device& device,
                             Segment segment, [[maybe_unused]] Precision precision,
                             const Preprocessing* gray) {
  const std::size_t last =
      segment.last < 0 ? graph.nodes().size() - 1 : static_cast<std::size_t>(segment.last);
  if (last == static_cast<std::size_t>(segment.first)) return {};
  Plan<T> plan = lower(graph, parameters, segment);
  // Rounded weights shift what they make by what the inputs are on average.
  if constexpr (std::is_same_v<T, float>)
    if (precision == Precision::bf16) note_means(plan);
  Shape input = graph.nodes()[static_cast<std::size_t>(segment.first)].output;
  if (gray && read_gray(plan, *gray)) input = {input[0], input[1], plan.value(plan.input).C};
  fuse(plan);
  operations_ = plan.operations.size();
  executor_ = std::unique_ptr<Executor>(
      new Executor{device, nullptr, {}, input, graph.nodes()[last].output, {}});
  return plan;
}

template <class T>
FrozenPlan<T>::FrozenPlan(const Graph& graph, const Parameters<T>& parameters, Device& device,
                          Segment segment) {
  const Plan<T> plan = begin(graph, parameters, device, segment);
  if (executor_) executor_->portable.emplace(device, plan);
}

template <class T>
FrozenPlan<T>::FrozenPlan(const Graph& graph, const Parameters<T>& parameters, Device& device,
                          Segment segment, Precision precision) {
  compile(begin(graph, parameters, device, segment, precision), device, precision);
}

template <class T>
FrozenPlan<T>::FrozenPlan(const Graph& graph, const Parameters<T>& parameters, Device& device,
                          Segment segment, const Preprocessing& preprocessing) {
  constexpr Precision kPrecision = Precision::float32;
  compile(begin(graph, parameters, device, segment, kPrecision, &preprocessing), device,
          kPrecision);
}

template <class T>
void FrozenPlan<T>::compile(Plan<T> plan, Device& device, [[maybe_unused]] Precision precision) {
  if (!executor_) return;
  if constexpr (std::is_same_v<T, float>) executor_->compiled = device.compile(plan, precision);
  if (!executor_->compiled) executor_->portable.emplace(device, plan);
}

template <class T>
int FrozenPlan<T>::channels() const {
  return to_int(executor_->input[2]);
}

template <class T>
void FrozenPlan<T>::prepare() const {
  if (executor_ && executor_->compiled) executor_->compiled->prepare(executor_->device.stream());
}

template <class T>
std::vector<PlanStepFacts> FrozenPlan<T>::steps() const {
  if (!executor_ || !executor_->compiled) return {};
  prepare();
  return executor_->compiled->steps();
}

template <class T>
PlanMemory FrozenPlan<T>::memory() const {
  return executor_ && executor_->compiled ? executor_->compiled->memory() : PlanMemory{};
}

template <class T>
Tensor<T> FrozenPlan<T>::run(const Tensor<T>& x, PlanObserver* observer) const {
  if (!executor_) return x;
  if (x.shape().rank() < 1 || x.shape().without_batch() != executor_->input)
    throw_shape_error("the plan takes a batch of {}, not {}", executor_->input.str(),
                      x.shape().str());
  const std::int64_t N = x.shape()[0];
  const Shape output = executor_->output.with_batch(N);
  if (executor_->portable) return executor_->portable->run(x).reshaped(output);
  if constexpr (std::is_same_v<T, float>) {
    Tensor<T> y(executor_->device, output);
    const int images = static_cast<int>(N);
    if (Trace* const trace = executor_->device.trace(); trace && !observer) {
      if (!executor_->traced || &executor_->traced->trace() != trace)
        executor_->traced.emplace(*trace, steps());
      observer = &*executor_->traced;
    }
    executor_->compiled->run(executor_->device.stream(), images, x.data(), y.data(), observer);
    return y;
  }
  throw std::logic_error("a plan in double is portable");
}

template class FrozenPlan<float>;
template class FrozenPlan<double>;

}  // namespace nanopneumo

#include "kernels/cpu/plan/cpu_plan.h"

#include <algorithm>
#include <new>

#include "kernels/cpu/plan/loops.h"
#include "kernels/plan/plan_report.h"

namespace nanopneumo::cpu {
namespace {

/// Images that run together. Few keep the values of early layers in the caches, many let the late layers' small
/// images share the weights that are read for them.
constexpr int kImagesAtOnce = 4;
/// Plans of vectors alone are rows of matrix products.
constexpr int kRowsAtOnce = 32;

int images_at_once(const Plan<float>& plan) {
  const bool has_images =
      std::ranges::any_of(plan.values, [](const PlanValue& value) { return value.pixels() > 1; });
  return has_images ? kImagesAtOnce : kRowsAtOnce;
}

struct AlignedDelete {
  void operator()(std::byte* memory) const {
    ::operator delete[](memory, std::align_val_t{MemoryPlan::kAlignment});
  }
};
using AlignedBytes = std::unique_ptr<std::byte[], AlignedDelete>;

AlignedBytes allocate(std::size_t bytes) {
  return AlignedBytes(
      static_cast<std::byte*>(::operator new[](bytes, std::align_val_t{MemoryPlan::kAlignment})));
}

/// The steps of a plan for N images, with their memory.
template <class E>
class FixedPlan {
 public:
  FixedPlan(CpuStream& stream, const Plan<float>& plan, const Choices& choices, int N)
      : N_(N), placement_(place(plan, choices, N, sizeof(E))) {
    arena_ = allocate(placement_.bytes);
    std::fill_n(arena_.get(), placement_.bytes,
                std::byte{0});  // pages are there before the first run
    const StepContext<E> context{
        stream, plan, choices, placement_, reinterpret_cast<E*>(arena_.get()), N};
    x_ = context.at(plan.input).data;
    y_ = context.at(plan.output).data;
    x_size_ = plan.value(plan.input).size();
    y_size_ = plan.value(plan.output).size();
    for (std::size_t i = 0; i < plan.operations.size(); ++i)
      if (auto step = make_step(context, i)) {
        memory_.weights += step->packed_bytes();
        scratch_bytes_ = std::max(scratch_bytes_, step->scratch_bytes());
        workspace_bytes_ = std::max(workspace_bytes_, step->workspace_bytes());
        steps_.push_back({i, std::move(step)});
      }
    scratch_ = allocate(scratch_bytes_);
    for (const NumberedStep& step : steps_) step.work->set_scratch(scratch_.get());
    stream.workspace(workspace_bytes_);
    memory_.values = placement_.bytes;
    memory_.scratch = scratch_bytes_;
  }

  /// The first `images` of N. The others are computed along with them from what was there before: what comes
  /// out for an image then does not depend on how many it came with.
  void run(CpuStream& stream, int images, const float* x, float* y, PlanObserver* observer) {
    convert(stream, images * x_size_, x, x_);
    for (const NumberedStep& step : steps_) {
      if (observer) observer->begin(step.operation, N_);
      step.work->run(stream);
      if (observer) observer->end(step.operation, N_);
    }
    convert(stream, images * y_size_, y_, y);
  }

  /// Puts into `facts`, one for each operation, what computes it here.
  void name_algorithms(std::vector<PlanStepFacts>& facts) const {
    for (const NumberedStep& step : steps_)
      facts[step.operation].algorithm = step.work->algorithm();
  }

  const PlanMemory& memory() const { return memory_; }
  /// Of the stream's workspace, which plans share.
  std::size_t workspace_bytes() const { return workspace_bytes_; }

  std::int64_t x_size() const { return x_size_; }
  std::int64_t y_size() const { return y_size_; }

 private:
  struct NumberedStep {
    std::size_t operation;
    std::unique_ptr<PlanStep> work;
  };

  template <class From, class To>
  static void convert(CpuStream& stream, std::int64_t n, const From* from, To* to) {
    parallel_elements(stream, n,
                      [=](std::int64_t i) { to[i] = from_float<To>(to_float(from[i])); });
  }

  int N_;
  Placement placement_;
  AlignedBytes arena_, scratch_;
  std::vector<NumberedStep> steps_;
  PlanMemory memory_;
  std::size_t scratch_bytes_ = 0, workspace_bytes_ = 0;
  E *x_, *y_;
  std::int64_t x_size_, y_size_;
};

template <class E>
class CpuPlan final : public CompiledPlan {
 public:
  CpuPlan(Plan<float> plan, Precision precision)
      : plan_(std::move(plan)),
        at_once_(images_at_once(plan_)),
        choices_(default_choices(plan_, at_once_, precision)) {}

  void run(Stream& stream, int N, const float* x, float* y, PlanObserver* observer) override {
    CpuStream& cpu = cpu_stream(stream);
    FixedPlan<E>& fixed = make(cpu);
    for (int n = 0; n < N; n += at_once_)
      fixed.run(cpu, std::min(at_once_, N - n), x + n * fixed.x_size(), y + n * fixed.y_size(),
                observer);
  }

  void prepare(Stream& stream, int) override { make(cpu_stream(stream)); }

  std::vector<PlanStepFacts> steps(int) const override {
    std::vector<PlanStepFacts> facts;
    for (std::size_t i = 0; i < plan_.operations.size(); ++i)
      facts.push_back(describe_operation(plan_, i, sizeof(E)));
    fixed_.value().name_algorithms(facts);
    return facts;
  }

  PlanMemory memory() const override {
    PlanMemory memory{.weights = weight_bytes(plan_)};
    if (fixed_) {
      memory += fixed_->memory();
      memory.scratch += fixed_->workspace_bytes();
    }
    return memory;
  }

 private:
  FixedPlan<E>& make(CpuStream& stream) {
    if (!fixed_) fixed_.emplace(stream, plan_, choices_, at_once_);
    return *fixed_;
  }

  Plan<float> plan_;
  int at_once_;
  Choices choices_;
  std::optional<FixedPlan<E>> fixed_;
};

}  // namespace

std::unique_ptr<CompiledPlan> compile_plan(Plan<float> plan, Precision precision) {
  if (precision == Precision::bf16)
    return std::make_unique<CpuPlan<BFloat16>>(std::move(plan), precision);
  return std::make_unique<CpuPlan<float>>(std::move(plan), precision);
}

}  // namespace nanopneumo::cpu

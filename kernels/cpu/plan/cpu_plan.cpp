#include "kernels/cpu/plan/cpu_plan.h"

#include <optional>

#include "kernels/cpu/plan/fixed_plan.h"
#include "kernels/cpu/plan/float_stem.h"
#include "kernels/cpu/plan/measured_choices.h"
#include "kernels/cpu/plan/rounded_weights.h"

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

template <class E>
class CpuPlan final : public CompiledPlan {
 public:
  CpuPlan(Plan<float> plan, Precision precision, std::shared_ptr<PlanChoices> choices)
      : plan_(std::move(plan)),
        at_once_(images_at_once(plan_)),
        precision_(precision),
        choices_(std::move(choices)) {}

  void run(Stream& stream, int N, const float* x, float* y, PlanObserver* observer) override {
    CpuStream& cpu = cpu_stream(stream);
    FixedPlan<E>& fixed = make(cpu);
    for (int n = 0; n < N; n += at_once_) {
      const int images = std::min(at_once_, N - n);
      const float* from = stem_
                              ? stem_->run_in_place(cpu, images, x + n * stem_->x_size(), observer)
                              : x + n * fixed.x_size();
      fixed.run(cpu, images, from, y + n * fixed.y_size(), observer);
    }
  }

  void prepare(Stream& stream) override { make(cpu_stream(stream)); }

  const std::vector<PlanStepFacts>& steps() const override { return facts_; }

  PlanMemory memory() const override {
    if (!fixed_) return {.weights = weight_bytes(plan_)};
    PlanMemory memory = fixed_->memory();
    memory.scratch += fixed_->workspace_bytes();
    if (stem_) memory += stem_->memory();
    return memory;
  }

 private:
  FixedPlan<E>& make(CpuStream& stream) {
    if (fixed_) return *fixed_;
    if constexpr (std::is_same_v<E, BFloat16>) {
      make_stem(stream);
      round_weights(stream, plan_);
    }
    const Choices choices = choices_
                                ? known_choices<E>(stream, plan_, at_once_, precision_, *choices_)
                                : default_choices(plan_, at_once_, precision_);
    const std::size_t first_operation = facts_.size();
    describe(plan_, sizeof(E));
    fixed_.emplace(stream, plan_, choices, at_once_, first_operation);
    fixed_->name_algorithms(facts_);
    return *fixed_;
  }

  void make_stem(CpuStream& stream) {
    Plan<float> stem = take_float_stem(plan_);
    if (stem.operations.empty()) return;
    describe(stem, sizeof(float));
    stem_.emplace(stream, stem, default_choices(stem, at_once_, Precision::float32), at_once_);
    stem_->name_algorithms(facts_);
  }

  void describe(const Plan<float>& plan, std::size_t element_bytes) {
    for (std::size_t i = 0; i < plan.operations.size(); ++i)
      facts_.push_back(describe_operation(plan, i, element_bytes));
  }

  Plan<float> plan_;
  int at_once_;
  Precision precision_;
  std::shared_ptr<PlanChoices> choices_;
  std::vector<PlanStepFacts> facts_;
  std::optional<FixedPlan<float>> stem_;  ///< runs before the other, where there is one
  std::optional<FixedPlan<E>> fixed_;
};

}  // namespace

std::unique_ptr<CompiledPlan> compile_plan(Plan<float> plan, Precision precision,
                                           std::shared_ptr<PlanChoices> choices) {
  if (precision == Precision::bf16)
    return std::make_unique<CpuPlan<BFloat16>>(std::move(plan), precision, std::move(choices));
  return std::make_unique<CpuPlan<float>>(std::move(plan), precision, std::move(choices));
}

}  // namespace nanopneumo::cpu

#include "kernels/cpu/plan/cpu_plan.h"

#include <optional>

#include "kernels/cpu/plan/fixed_plan.h"
#include "kernels/cpu/plan/float_stem.h"
#include "kernels/cpu/plan/measured_choices.h"
#include "kernels/cpu/plan/plan_parts.h"
#include "kernels/cpu/plan/rounded_weights.h"

namespace nanopneumo::cpu {
namespace {

/// Images that run together: few keep the values of early layers in the caches, many let the late layers' small
/// images share the weights that are read for them.
constexpr int kImagesAtOnce = 4, kLateImagesAtOnce = 16;
static_assert(kLateImagesAtOnce % kImagesAtOnce == 0);
/// Plans of vectors alone are rows of matrix products.
constexpr int kRowsAtOnce = 32;

bool has_images(const Plan<float>& plan) {
  return std::ranges::any_of(plan.values,
                             [](const PlanValue& value) { return value.pixels() > 1; });
}

template <class E>
class CpuPlan final : public CompiledPlan {
 public:
  CpuPlan(Plan<float> plan, Precision precision, std::shared_ptr<PlanChoices> choices)
      : plan_(std::move(plan)),
        at_once_(has_images(plan_) ? kImagesAtOnce : kRowsAtOnce),
        x_size_(plan_.value(plan_.input).size()),
        y_size_(plan_.value(plan_.output).size()),
        precision_(precision),
        choices_(std::move(choices)) {}

  void run(Stream& stream, int N, const float* x, float* y, PlanObserver* observer) override {
    CpuStream& cpu = cpu_stream(stream);
    make(cpu);
    const int most = late_ ? kLateImagesAtOnce : at_once_;
    for (int n = 0; n < N; n += most) {
      const int images = std::min(most, N - n);
      run_together(cpu, images, x + n * x_size_, y + n * y_size_, observer);
    }
  }

  void prepare(Stream& stream) override { make(cpu_stream(stream)); }

  const std::vector<PlanStepFacts>& steps() const override { return facts_; }

  PlanMemory memory() const override {
    if (!main_) return {.weights = weight_bytes(plan_)};
    PlanMemory memory = main_->memory();
    if (stem_) memory += stem_->memory();
    if (late_) memory += late_->memory();
    memory.scratch += std::max(main_->workspace_bytes(), late_ ? late_->workspace_bytes() : 0);
    return memory;
  }

 private:
  /// At most as many images as one run of the last part computes.
  void run_together(CpuStream& stream, int N, const float* x, float* y, PlanObserver* observer) {
    for (int n = 0; n < N; n += at_once_) {
      const int images = std::min(at_once_, N - n);
      if (stem_) {
        for (int i = 0; i < images; ++i) {
          stem_->take(stream, 0, 1, x + (n + i) * x_size_);
          stem_->run_steps(stream, observer);
          main_->take(stream, i, 1, stem_->results());
        }
      } else {
        main_->take(stream, 0, images, x + n * x_size_);
      }
      main_->run_steps(stream, observer);
      if (late_) late_->take(stream, n, images, main_->results());
    }
    if (late_) late_->run_steps(stream, observer);
    (late_ ? late_ : main_)->give(stream, N, y);
  }

  void make(CpuStream& stream) {
    if (main_) return;
    if constexpr (std::is_same_v<E, BFloat16>) {
      Plan<float> stem = take_float_stem(plan_);
      if (!stem.operations.empty())
        make_part(stem_, stream, stem, default_choices(stem, 1, Precision::float32), 1);
      round_weights(stream, plan_);
    }
    const std::size_t late = at_once_ < kLateImagesAtOnce ? late_part(plan_) : 0;
    if (late > 0) {
      Plan<float> front = take_front(plan_, late);
      make_part(main_, stream, front, choices(stream, front, at_once_), at_once_);
      make_part(late_, stream, plan_, choices(stream, plan_, kLateImagesAtOnce), kLateImagesAtOnce);
    } else {
      make_part(main_, stream, plan_, choices(stream, plan_, at_once_), at_once_);
    }
    if (choices_) choices_->plan_is_complete();
  }

  Choices choices(CpuStream& stream, const Plan<float>& plan, int N) const {
    return choices_ ? known_choices<E>(stream, plan, N, precision_, *choices_)
                    : default_choices(plan, N, precision_);
  }

  template <class Element>
  void make_part(std::optional<FixedPlan<Element>>& part, CpuStream& stream, Plan<float>& plan,
                 const Choices& choices, int N) {
    const std::size_t first_operation = facts_.size();
    describe(plan, sizeof(Element));
    part.emplace(stream, plan, choices, N, first_operation);
    part->name_algorithms(facts_);
  }

  void describe(const Plan<float>& plan, std::size_t element_bytes) {
    for (std::size_t i = 0; i < plan.operations.size(); ++i)
      facts_.push_back(describe_operation(plan, i, element_bytes));
  }

  Plan<float> plan_;
  int at_once_;
  std::int64_t x_size_, y_size_;
  Precision precision_;
  std::shared_ptr<PlanChoices> choices_;
  std::vector<PlanStepFacts> facts_;
  // One after the other; only the second is always there.
  std::optional<FixedPlan<float>> stem_;
  std::optional<FixedPlan<E>> main_, late_;
};

}  // namespace

std::unique_ptr<CompiledPlan> compile_plan(Plan<float> plan, Precision precision,
                                           std::shared_ptr<PlanChoices> choices) {
  if (precision == Precision::bf16)
    return std::make_unique<CpuPlan<BFloat16>>(std::move(plan), precision, std::move(choices));
  return std::make_unique<CpuPlan<float>>(std::move(plan), precision, std::move(choices));
}

}  // namespace nanopneumo::cpu

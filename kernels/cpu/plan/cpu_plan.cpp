#include "kernels/cpu/plan/cpu_plan.h"

#include <optional>
#include <stdexcept>

#include "kernels/cpu/plan/fixed_plan.h"
#include "kernels/cpu/plan/float_stem.h"
#include "kernels/cpu/plan/measured_choices.h"
#include "kernels/cpu/plan/operation_pairs.h"
#include "kernels/cpu/plan/plan_parts.h"
#include "kernels/cpu/plan/rounded_weights.h"
#include "kernels/cpu/plan/skipped_pixels.h"
#include "kernels/cpu/tiled/convolution.h"

namespace nanopneumo::cpu {
namespace {

/// Images that run together: few keep the values of large images in the caches, many let small images share the
/// weights that are read for them.
constexpr int kEarlyImages = 1, kMiddleImages = 4, kLateImages = 16;
static_assert(kMiddleImages % kEarlyImages == 0 && kLateImages % kMiddleImages == 0);
/// Pixels of an image where the middle and the late part begin: of networks that read 250 x 250 pixels the middle stages
/// have 15 x 15 to 32 x 32, the last ones 6 x 6 to 13 x 13.
constexpr std::int64_t kMiddlePixels = 1100, kLatePixels = 200;
/// Plans of vectors alone are rows of matrix products.
constexpr int kRowsAtOnce = 32;

/// How many images run together where they have so many pixels, unless a plan cannot be cut there.
int usual_images(std::int64_t pixels) {
  return pixels > kMiddlePixels ? kEarlyImages : pixels > kLatePixels ? kMiddleImages : kLateImages;
}

bool has_images(const Plan<float>& plan) {
  return std::ranges::any_of(plan.values,
                             [](const PlanValue& value) { return value.pixels() > 1; });
}

template <class E>
class CpuPlan final : public CompiledPlan {
 public:
  CpuPlan(Plan<float> plan, Precision precision, std::shared_ptr<PlanChoices> choices)
      : plan_(std::move(plan)),
        x_size_(plan_.value(plan_.input).size()),
        y_size_(plan_.value(plan_.output).size()),
        precision_(precision),
        choices_(std::move(choices)) {}

  void run(Stream& stream, int N, const float* x, float* y, PlanObserver* observer) override {
    CpuStream& cpu = cpu_stream(stream);
    make(cpu);
    const std::size_t last = parts_.size() - 1;
    for (int n = 0; n < N; n += parts_[last].images) {
      const int images = std::min(parts_[last].images, N - n);
      fill(cpu, last, images, x + n * x_size_, observer);
      parts_[last].plan.run_steps(cpu, images, observer);
      parts_[last].plan.give(cpu, images, y + n * y_size_);
    }
  }

  void prepare(Stream& stream) override { make(cpu_stream(stream)); }

  const std::vector<PlanStepFacts>& steps() const override { return facts_; }

  PlanMemory memory() const override {
    if (parts_.empty()) return {.weights = weight_bytes(plan_)};
    PlanMemory memory = stem_ ? stem_->memory() : PlanMemory{};
    std::size_t workspace_bytes = 0;
    for (const Part& part : parts_) {
      memory += part.plan.memory();
      workspace_bytes = std::max(workspace_bytes, part.plan.workspace_bytes());
    }
    memory.scratch += workspace_bytes;
    return memory;
  }

 private:
  static constexpr bool kIsTiled = std::is_same_v<E, float> && tiled::kBeatsOneDnn;

  struct Part {
    FixedPlan<E> plan;
    int images;
  };

  /// Puts into part number k what those before it make of at most as many images as it takes.
  void fill(CpuStream& stream, std::size_t k, int images, const float* x, PlanObserver* observer) {
    FixedPlan<E>& part = parts_[k].plan;
    if (k == 0 && !stem_) return part.take_all(stream, images, x);
    const int at_once = k == 0 ? 1 : parts_[k - 1].images;
    for (int n = 0; n < images; n += at_once) {
      const int count = std::min(at_once, images - n);
      if (k == 0) {
        stem_->take_all(stream, count, x + n * x_size_);
        fill_from_stem(stream, part, n, count, observer);
      } else {
        fill(stream, k - 1, count, x + n * x_size_, observer);
        parts_[k - 1].plan.run_steps(stream, count, observer);
        part.take(stream, n, count, parts_[k - 1].plan.results());
      }
    }
  }

  void fill_from_stem(CpuStream& stream, FixedPlan<E>& part, int first, int images,
                      PlanObserver* observer) {
    bool is_there = false;
    if constexpr (std::is_same_v<E, BFloat16>) is_there = stem_->narrow_to(part.input(first));
    stem_->run_steps(stream, images, observer);
    if (!is_there) part.take(stream, first, images, stem_->results());
  }

  void make(CpuStream& stream) {
    if (is_made_) return;
    if (has_begun_)
      throw std::logic_error(
          "a plan whose compilation has failed has lost operations; make it anew");
    has_begun_ = true;
    leave_pixels_out(plan_, [&](const PlanConvolution<float>& conv) {
      return !kIsTiled && has_own_kernel<E>(stream, plan_, conv);
    });
    if constexpr (std::is_same_v<E, BFloat16>) {
      Plan<float> stem = take_float_stem(plan_);
      if (!stem.operations.empty()) make_stem(stream, stem);
      round_weights(stream, plan_);
    }
    if (std::is_same_v<E, float> || matrix_tiles::are_there())
      join_pairs(plan_, [&](const OperationPair& pair) { return runs_together(stream, pair); });
    make_parts(stream);
    if (choices_) {
      // Algorithms that were tried and not chosen may have wanted more.
      stream.release_workspace();
      for (const Part& part : parts_) stream.workspace(part.plan.workspace_bytes());
      choices_->plan_is_complete();
    }
    is_made_ = true;
  }

  bool runs_together(CpuStream& stream, const OperationPair& pair) const {
    if (!choices_) return kIsTiled || std::is_same_v<E, BFloat16>;
    const std::int64_t pixels = plan_.value(output_of(pair.second)).pixels();
    return is_faster_together<E>(stream, plan_, pair, usual_images(pixels), precision_, *choices_);
  }

  void make_stem(CpuStream& stream, Plan<float>& stem) {
    if (tiled::kBeatsOneDnn) join_pairs(stem);
    const std::size_t first_operation = describe(stem, sizeof(float));
    stem_.emplace(stream, stem, default_choices(stem, 1, Precision::float32), 1, first_operation);
    stem_->name_algorithms(facts_);
  }

  void make_parts(CpuStream& stream) {
    if (!has_images(plan_)) return make_part(stream, plan_, kRowsAtOnce);
    const bool has_early_part =
        std::is_same_v<E, float> &&  // bfloat16's values take half of the memory
        plan_.value(plan_.input).pixels() > kMiddlePixels;
    const std::size_t middle = has_early_part ? cut_at_small_image(plan_, kMiddlePixels) : 0;
    if (middle > 0) make_front(stream, middle, kEarlyImages);
    const std::size_t late = part_of_small_images(plan_, kLatePixels);
    if (late > 0) make_front(stream, late, kMiddleImages);
    make_part(stream, plan_, late > 0 ? kLateImages : kMiddleImages);
  }

  Choices choices(CpuStream& stream, const Plan<float>& plan, int N) const {
    return choices_ ? known_choices<E>(stream, plan, N, precision_, *choices_)
                    : default_choices(plan, N, precision_);
  }

  void make_front(CpuStream& stream, std::size_t operations, int images) {
    Plan<float> front = take_front(plan_, operations);
    make_part(stream, front, images);
  }

  void make_part(CpuStream& stream, Plan<float>& plan, int images) {
    const Choices algorithms = choices(stream, plan, images);
    const std::size_t first_operation = describe(plan, sizeof(E));
    parts_.push_back({FixedPlan<E>(stream, plan, algorithms, images, first_operation), images});
    parts_.back().plan.name_algorithms(facts_);
  }

  /// Returns the number of the plan's first operation.
  std::size_t describe(const Plan<float>& plan, std::size_t element_bytes) {
    const std::size_t first = facts_.size();
    for (std::size_t i = 0; i < plan.operations.size(); ++i)
      facts_.push_back(describe_operation(plan, i, element_bytes));
    return first;
  }

  Plan<float> plan_;
  std::int64_t x_size_, y_size_;
  Precision precision_;
  std::shared_ptr<PlanChoices> choices_;
  std::vector<PlanStepFacts> facts_;
  bool has_begun_ = false, is_made_ = false;
  // One after the other.
  std::optional<FixedPlan<float>> stem_;  ///< runs image by image
  std::vector<Part> parts_;
};

}  // namespace

std::unique_ptr<CompiledPlan> compile_plan(Plan<float> plan, Precision precision,
                                           std::shared_ptr<PlanChoices> choices) {
  if (precision == Precision::bf16)
    return std::make_unique<CpuPlan<BFloat16>>(std::move(plan), precision, std::move(choices));
  return std::make_unique<CpuPlan<float>>(std::move(plan), precision, std::move(choices));
}

}  // namespace nanopneumo::cpu

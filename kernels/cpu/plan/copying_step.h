// A step whose result, or whose residual, lies elsewhere than it should.
#pragma once

#include <optional>

#include "kernels/cpu/plan/loops.h"

namespace nanopneumo::cpu {

/// Copies `residual`, where there is one, to `result`; runs `step`, which adds to it; copies the result to `y`
/// where that is another place. All have `per_image` pixels of C channels for each image.
template <class E>
class CopyingStep final : public PlanStep {
 public:
  CopyingStep(std::unique_ptr<PlanStep> step, std::int64_t per_image, int C,
              std::optional<Pixels<const E>> residual, Pixels<E> result, Pixels<E> y)
      : step_(std::move(step)),
        per_image_(per_image),
        C_(C),
        residual_(residual),
        result_(result),
        y_(y) {}

  void run(CpuStream& stream, int images) override {
    const std::int64_t pixels = images * per_image_;
    if (residual_) copy_pixels(stream, pixels, C_, *residual_, result_);
    step_->run(stream, images);
    if (result_.data != y_.data) copy_pixels(stream, pixels, C_, read_only(result_), y_);
  }
  std::size_t scratch_bytes() const override { return step_->scratch_bytes(); }
  void set_scratch(std::byte* memory) override { step_->set_scratch(memory); }
  std::size_t packed_bytes() const override { return step_->packed_bytes(); }
  std::string algorithm() const override { return step_->algorithm() + " +copy"; }

 private:
  std::unique_ptr<PlanStep> step_;
  std::int64_t per_image_;
  int C_;
  std::optional<Pixels<const E>> residual_;
  Pixels<E> result_, y_;
};

/// `step`, which computes operation number i with value y into `result`, with the copies that it needs.
/// residual: number of a value, or -1.
template <class E>
std::unique_ptr<PlanStep> with_copies(const StepContext<E>& context, std::size_t i,
                                      std::unique_ptr<PlanStep> step, int residual,
                                      Pixels<E> result, int y) {
  const bool residual_elsewhere = residual >= 0 && !context.placement.in_place[i];
  if (!residual_elsewhere && result.data == context.at(y).data) return step;
  std::optional<Pixels<const E>> from;
  if (residual_elsewhere) from = read_only(context.at(residual));
  return std::make_unique<CopyingStep<E>>(std::move(step), context.value(y).pixels(),
                                          context.value(y).C, from, result, context.at(y));
}

}  // namespace nanopneumo::cpu

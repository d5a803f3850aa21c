#include "kernels/cpu/plan/cpu_plan.h"

#include <algorithm>
#include <new>

#include "kernels/cpu/plan/loops.h"

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
    std::size_t scratch = 0;
    for (std::size_t i = 0; i < plan.operations.size(); ++i)
      if (auto step = make_step(context, i)) {
        scratch = std::max(scratch, step->scratch_bytes());
        steps_.push_back(std::move(step));
      }
    scratch_ = allocate(scratch);
    for (const auto& step : steps_) step->set_scratch(scratch_.get());
  }

  /// N images.
  void run(CpuStream& stream, const float* x, float* y) {
    convert(stream, N_ * x_size_, x, x_);
    for (const auto& step : steps_) step->run(stream);
    convert(stream, N_ * y_size_, y_, y);
  }

  std::int64_t x_size() const { return x_size_; }
  std::int64_t y_size() const { return y_size_; }

 private:
  template <class From, class To>
  static void convert(CpuStream& stream, std::int64_t n, const From* from, To* to) {
    parallel_elements(stream, n,
                      [=](std::int64_t i) { to[i] = from_float<To>(to_float(from[i])); });
  }

  int N_;
  Placement placement_;
  AlignedBytes arena_, scratch_;
  std::vector<std::unique_ptr<PlanStep>> steps_;
  E *x_, *y_;
  std::int64_t x_size_, y_size_;
};

template <class E>
class CpuPlan final : public CompiledPlan {
 public:
  CpuPlan(Plan<float> plan, Precision precision)
      : plan_(std::move(plan)),
        choices_(default_choices(plan_, precision)),
        at_once_(images_at_once(plan_)) {}

  void run(Stream& stream, int N, const float* x, float* y) override {
    CpuStream& cpu = cpu_stream(stream);
    for (int n = 0; n < N;) {
      const int images = N - n >= at_once_ ? at_once_ : 1;
      std::optional<FixedPlan<E>>& fixed = images == 1 ? single_ : several_;
      if (!fixed) fixed.emplace(cpu, plan_, choices_, images);
      fixed->run(cpu, x + n * fixed->x_size(), y + n * fixed->y_size());
      n += images;
    }
  }

 private:
  Plan<float> plan_;
  Choices choices_;
  int at_once_;
  std::optional<FixedPlan<E>> several_, single_;
};

}  // namespace

std::unique_ptr<CompiledPlan> compile_plan(Plan<float> plan, Precision precision) {
  if (precision == Precision::bf16)
    return std::make_unique<CpuPlan<BFloat16>>(std::move(plan), precision);
  return std::make_unique<CpuPlan<float>>(std::move(plan), precision);
}

}  // namespace nanopneumo::cpu

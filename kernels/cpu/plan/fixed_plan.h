// A plan with all that running it takes, for some images at once.
#pragma once

#include <algorithm>

#include "kernels/cpu/aligned_memory.h"
#include "kernels/cpu/plan/loops.h"
#include "kernels/cpu/plan/plan_parts.h"
#include "kernels/plan/plan_report.h"

namespace nanopneumo::cpu {

/// Gives the memory of an operation's weights back.
inline void release_weights(PlanOperation<float>& operation) {
  std::visit(
      [](auto& op) {
        if constexpr (requires { op.w; }) std::vector<float>().swap(op.w);
        if constexpr (requires { op.depthwise_w; }) std::vector<float>().swap(op.depthwise_w);
        if constexpr (requires { op.expansion_w; }) std::vector<float>().swap(op.expansion_w);
        if constexpr (requires { op.scale; }) std::vector<float>().swap(op.scale);
      },
      operation);
}

/// The steps of a plan for at most N images, with their memory.
template <class E>
class FixedPlan {
 public:
  /// The plan's weights are gone afterwards: each is packed and given back before the next, for they are the
  /// largest part of what a frozen network holds. Its operations are numbered from `first_operation` on.
  FixedPlan(CpuStream& stream, Plan<float>& plan, const Choices& choices, int N,
            std::size_t first_operation = 0)
      : placement_(place(plan, choices, N, sizeof(E))) {
    arena_ = allocate_bytes(placement_.bytes);
    std::fill_n(arena_.get(), placement_.bytes,
                std::byte{0});  // pages are there before the first run
    const StepContext<E> context{
        stream, plan, choices, placement_, reinterpret_cast<E*>(arena_.get()), N};
    x_ = context.at(plan.input).data;
    y_ = context.at(plan.output).data;
    x_size_ = plan.value(plan.input).size();
    y_size_ = plan.value(plan.output).size();
    const bool has_one_reader = readers(plan, plan.input) == 1;
    for (std::size_t i = 0; i < plan.operations.size(); ++i) {
      auto step = make_step(context, i);
      release_weights(plan.operations[i]);
      if (output_of(plan.operations[i]) == plan.output) writer_ = step.get();
      visit_inputs(plan.operations[i], [&](int v) {
        if (v == plan.input && has_one_reader) reader_ = step.get();
      });
      if (step) {
        memory_.weights += step->packed_bytes();
        scratch_bytes_ = std::max(scratch_bytes_, step->scratch_bytes());
        workspace_bytes_ = std::max(workspace_bytes_, step->workspace_bytes());
        steps_.push_back({first_operation + i, std::move(step)});
      }
    }
    scratch_ = allocate_bytes(scratch_bytes_);
    for (const NumberedStep& step : steps_) step.work->set_scratch(scratch_.get());
    stream.workspace(workspace_bytes_);
    memory_.values = placement_.bytes;
    memory_.scratch = scratch_bytes_;
  }

  /// Puts `images` of N into the arena, from number `first` on.
  template <class From>
  void take(CpuStream& stream, int first, int images, const From* x) {
    if (reader_) reader_->read_from(x_);
    convert(stream, images * x_size_, x, x_ + first * x_size_);
  }
  /// The same of all images that the next run_steps is of, where possible without copying them: x is then read there.
  void take_all(CpuStream& stream, int images, const float* x) {
    if (std::is_same_v<E, float> && reader_ && reader_->read_from(x)) return;
    take(stream, 0, images, x);
  }

  /// Where take() puts image number `first`.
  E* input(int first) { return x_ + first * x_size_; }
  /// Has the results of the next run_steps written there and not to results(), if it can; else false.
  bool narrow_to(BFloat16* y) { return writer_ && writer_->narrow_to(y); }

  /// From the first `images` in the arena to as many results(). Calls of oneDNN's compute the others along with them,
  /// from what was there before.
  void run_steps(CpuStream& stream, int images, PlanObserver* observer = nullptr) {
    for (const NumberedStep& step : steps_) {
      if (observer) observer->begin(step.operation, images);
      step.work->run(stream, images);
      if (observer) observer->end(step.operation, images);
    }
  }

  const E* results() const { return y_; }

  /// Copies the first `images` results to y.
  void give(CpuStream& stream, int images, float* y) const {
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

 private:
  struct NumberedStep {
    std::size_t operation;
    std::unique_ptr<PlanStep> work;
  };

  template <class From, class To>
  static void convert(CpuStream& stream, std::int64_t n, const From* from, To* to) {
    constexpr std::int64_t kWorthAThread = 16384;
    parallel_pieces(stream, n, kWorthAThread, [=](const Range& piece, int) {
      if constexpr (std::is_same_v<From, To>) {
        std::copy(from + piece.begin, from + piece.end, to + piece.begin);
      } else {
        std::int64_t i = piece.begin;
        for (; i + kLanes <= piece.end; i += kLanes) store(to + i, load(from + i));
        const auto rest = static_cast<int>(piece.end - i);
        store_part(to + i, load_part(from + i, rest), rest);
      }
    });
  }

  Placement placement_;
  AlignedBytes arena_, scratch_;
  std::vector<NumberedStep> steps_;
  PlanStep* reader_ = nullptr;  ///< of the input, and no other
  PlanStep* writer_ = nullptr;  ///< of the output
  PlanMemory memory_;
  std::size_t scratch_bytes_ = 0, workspace_bytes_ = 0;
  E *x_, *y_;
  std::int64_t x_size_, y_size_;
};

}  // namespace nanopneumo::cpu

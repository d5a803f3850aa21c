// How long the steps of a compiled plan take.
#pragma once

#include <chrono>
#include <vector>

#include "kernels/plan/plan_report.h"
#include "tools/bench/cpu_peaks.h"
#include "tools/bench/table.h"

namespace nanopneumo::bench {

/// Adds up the time of each step in each batch.
class PlanTimes final : public PlanObserver {
 public:
  explicit PlanTimes(std::size_t steps) : steps_(steps) {}

  /// What follows belongs to another batch.
  void begin_batch();
  void begin(std::size_t step, int images) override;
  void end(std::size_t step, int images) override;

  /// Median seconds of a batch in a step; 0 where it never ran.
  double seconds(std::size_t step) const;
  /// Calls of a step in the last batch, and the most images that one was for.
  int calls(std::size_t step) const { return steps_[step].calls; }
  int images_at_once(std::size_t step) const { return steps_[step].images; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Step {
    int calls = 0, images = 0;
    std::vector<double> seconds;  ///< of each batch
  };

  std::vector<Step> steps_;
  Clock::time_point begin_;
};

/// What a batch of `images` took, in all and in its steps.
struct PlanRun {
  std::vector<PlanStepFacts> steps;
  PlanTimes times;
  CpuPeaks peaks;
  int images;
  double seconds;  ///< median of the whole batch

  double seconds_in_steps() const;
  double flops() const;  ///< of all steps
  double bytes() const;  ///< that they read and write at least
  /// Seconds of a batch if each step ran at the machine's limit.
  double best_seconds() const;
};

/// One row a step in their order, then their sum and what lies between them. The share of the limit is the
/// time that the machine would need at least for the formula's FLOPs, or for each byte once, whichever is
/// longer, to the measured one. Winograd's algorithm needs fewer FLOPs than the formula: its share may be
/// above 100 %.
Table plan_table(const PlanRun& run);

}  // namespace nanopneumo::bench

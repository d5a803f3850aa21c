// The steps of a compiled plan in a trace.
#pragma once

#include <span>
#include <vector>

#include "kernels/plan/plan_report.h"
#include "tensor/trace.h"

namespace nanopneumo {

class TracedPlan final : public PlanObserver {
 public:
  /// `trace` outlives this.
  TracedPlan(Trace& trace, std::span<const PlanStepFacts> steps) : trace_(&trace) {
    for (const PlanStepFacts& step : steps)
      names_.push_back(trace.intern(step.words + ", " + step.algorithm));
  }

  Trace& trace() const { return *trace_; }
  void begin(std::size_t, int) override { begin_ = Trace::Clock::now(); }
  void end(std::size_t step, int) override {
    trace_->add_detail(names_[step], begin_, Trace::Clock::now());
  }

 private:
  Trace* trace_;
  std::vector<int> names_;
  Trace::Clock::time_point begin_;
};

}  // namespace nanopneumo

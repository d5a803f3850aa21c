#include "tools/bench/plan_times.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/bench/stopwatch.h"

namespace nanopneumo::bench {
namespace {

/// What a step does in a batch.
struct Work {
  double flops, bytes;
};

Work work_of(const PlanRun& run, std::size_t i) {
  const PlanStepFacts& step = run.steps[i];
  return {step.flops * run.images,
          step.bytes * run.images + step.weight_bytes * run.times.calls(i)};
}

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

/// Cells of what a batch of `run` has of some work: milliseconds, images, FLOPs and bytes a second, the latter two as
/// shares of the machine's best as well, and the share that the longer of the two alone would take.
std::vector<std::string> rates(const PlanRun& run, double seconds, const Work& work,
                               double best_seconds) {
  return {fmt::format("{:.3f}", 1e3 * seconds),
          fmt::format("{:.0f}", run.images / seconds),
          fmt::format("{:.1f}", 1e-9 * work.flops / seconds),
          percent(work.flops / seconds / run.peaks.flops),
          fmt::format("{:.1f}", 1e-9 * work.bytes / seconds),
          percent(work.bytes / seconds / run.peaks.bytes),
          percent(best_seconds / seconds),
          percent(seconds / run.seconds)};
}

}  // namespace

void PlanTimes::begin_batch() {
  for (Step& step : steps_) {
    step.calls = 0;
    step.seconds.push_back(0);
  }
}

void PlanTimes::begin(std::size_t, int) { begin_ = Clock::now(); }

void PlanTimes::end(std::size_t step, int images) {
  const std::chrono::duration<double> elapsed = Clock::now() - begin_;
  ++steps_[step].calls;
  steps_[step].seconds.back() += elapsed.count();
  steps_[step].images = std::max(steps_[step].images, images);
}

double PlanTimes::seconds(std::size_t step) const {
  const std::vector<double>& all = steps_[step].seconds;
  return all.empty() ? 0 : median(all);
}

double PlanRun::seconds_in_steps() const {
  double sum = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) sum += times.seconds(i);
  return sum;
}

double PlanRun::flops() const {
  double sum = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) sum += work_of(*this, i).flops;
  return sum;
}

double PlanRun::bytes() const {
  double sum = 0;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (times.calls(i) > 0) sum += work_of(*this, i).bytes;  // of others nothing is left
  return sum;
}

double PlanRun::best_seconds() const {
  double sum = 0;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (times.calls(i) > 0) {
      const Work work = work_of(*this, i);
      sum += peaks.best_seconds(work.flops, work.bytes);
    }
  return sum;
}

Table plan_table(const PlanRun& run) {
  Table table({"operation", "by", "at once", "calls", "ms", "img/s", "GFLOP/s", "% of peak", "GB/s",
               "% of bandwidth", "% of limit", "% of time"});
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    if (run.times.calls(i) == 0) continue;  // nothing is left of it
    const Work work = work_of(run, i);
    std::vector<std::string> row{run.steps[i].words, run.steps[i].algorithm,
                                 std::to_string(run.times.images_at_once(i)),
                                 std::to_string(run.times.calls(i))};
    std::ranges::move(
        rates(run, run.times.seconds(i), work, run.peaks.best_seconds(work.flops, work.bytes)),
        std::back_inserter(row));
    table.add(std::move(row));
  }
  const double within = run.seconds_in_steps();
  std::vector<std::string> sum{"all operations", "", "", ""};
  std::ranges::move(rates(run, within, {run.flops(), run.bytes()}, run.best_seconds()),
                    std::back_inserter(sum));
  table.add(std::move(sum));
  const double between = run.seconds - within;
  table.add({"between the operations", "", "", "", fmt::format("{:.3f}", 1e3 * between), "", "", "",
             "", "", "", percent(between / run.seconds)});
  return table;
}

}  // namespace nanopneumo::bench

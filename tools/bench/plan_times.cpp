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

/// Cells of a rate: milliseconds, GFLOP/s, GB/s.
std::vector<std::string> rates(double seconds, const Work& work) {
  return {fmt::format("{:.3f}", 1e3 * seconds), fmt::format("{:.1f}", 1e-9 * work.flops / seconds),
          fmt::format("{:.1f}", 1e-9 * work.bytes / seconds)};
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
  steps_[step].images = images;
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
  for (const PlanStepFacts& step : steps) sum += step.flops * images;
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
  Table table({"operation", "by", "at once", "calls", "ms", "GFLOP/s", "GB/s", "% of limit",
               "limit", "% of time"});
  Work all{};
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    if (run.times.calls(i) == 0) continue;  // nothing is left of it
    const Work work = work_of(run, i);
    all.flops += work.flops;
    all.bytes += work.bytes;
    const double seconds = run.times.seconds(i);
    std::vector<std::string> row{run.steps[i].words, run.steps[i].algorithm,
                                 std::to_string(run.times.images_at_once(i)),
                                 std::to_string(run.times.calls(i))};
    std::ranges::move(rates(seconds, work), std::back_inserter(row));
    row.push_back(percent(run.peaks.best_seconds(work.flops, work.bytes) / seconds));
    row.push_back(work.flops / run.peaks.flops > work.bytes / run.peaks.bytes ? "FLOPs" : "bytes");
    row.push_back(percent(seconds / run.seconds));
    table.add(std::move(row));
  }
  const double within = run.seconds_in_steps();
  std::vector<std::string> sum{"all operations", "", "", ""};
  std::ranges::move(rates(within, all), std::back_inserter(sum));
  sum.insert(sum.end(), {percent(run.best_seconds() / within), "", percent(within / run.seconds)});
  table.add(std::move(sum));
  const double between = run.seconds - within;
  table.add({"between the operations", "", "", "", fmt::format("{:.3f}", 1e3 * between), "", "", "",
             "", percent(between / run.seconds)});
  return table;
}

}  // namespace nanopneumo::bench

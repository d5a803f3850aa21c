#include "kernels/cpu/plan/measured_choices.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "kernels/cpu/plan/fixed_plan.h"

namespace nanopneumo::cpu {
namespace {

/// The convolution on its own, without a residual.
Plan<float> only_convolution(const Plan<float>& plan, std::size_t i) {
  Plan<float> alone;
  alone.operations.push_back(plan.operations[i]);
  std::visit(
      [&](auto& op) {
        if constexpr (requires { op.w; }) {
          alone.values = {plan.value(op.x), plan.value(op.y)};
          op.x = alone.input = 0;
          op.y = alone.output = 1;
          if constexpr (requires { op.residual; }) op.residual = -1;
        }
      },
      alone.operations[0]);
  return alone;
}

/// Seconds of the fastest of some runs of each algorithm. They take turns, so that what slows the machine down
/// for a while slows all of them.
template <class E>
std::vector<double> time_all(CpuStream& stream, const Plan<float>& plan,
                             const std::vector<Algorithm>& algorithms, int N) {
  constexpr int kRuns = 5;
  using Clock = std::chrono::steady_clock;
  std::vector<FixedPlan<E>> ways;
  for (const Algorithm algorithm : algorithms) {
    Plan<float> own = plan;
    ways.emplace_back(stream, own, Choices{algorithm}, N);
  }
  std::vector<double> best(ways.size(), std::numeric_limits<double>::infinity());
  for (int run = 0; run <= kRuns; ++run)
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const auto start = Clock::now();
      ways[i].run_steps(stream, nullptr);
      const std::chrono::duration<double> elapsed = Clock::now() - start;
      if (run > 0) best[i] = std::min(best[i], elapsed.count());  // the first warms up
    }
  return best;
}

template <class E>
Algorithm measure(CpuStream& stream, const Plan<float>& plan, std::size_t i,
                  const std::vector<Algorithm>& algorithms, int N) {
  constexpr double kGain = 0.98;
  const std::vector<double> seconds = time_all<E>(stream, only_convolution(plan, i), algorithms, N);
  std::size_t chosen = 0;
  for (std::size_t other = 1; other < seconds.size(); ++other)
    if (seconds[other] < kGain * seconds[0] && seconds[other] < seconds[chosen]) chosen = other;
  return algorithms[chosen];
}

}  // namespace

template <class E>
Choices known_choices(CpuStream& stream, const Plan<float>& plan, int N, Precision precision,
                      PlanChoices& known) {
  Choices choices;
  for (std::size_t i = 0; i < plan.operations.size(); ++i) {
    const std::vector<Algorithm> possible = candidates(plan, i, precision);
    choices.push_back(possible[0]);
    if (possible.size() == 1) continue;
    const std::string convolution =
        std::to_string(N) + " images, " + describe_operation(plan, i, sizeof(E)).words;
    std::vector<std::string_view> names;
    for (const Algorithm algorithm : possible) names.push_back(name_of(algorithm));
    if (const auto found = known.find(convolution, names)) {
      choices.back() =
          possible[static_cast<std::size_t>(std::ranges::find(names, *found) - names.begin())];
      continue;
    }
    choices.back() = measure<E>(stream, plan, i, possible, N);
    known.add(convolution, name_of(choices.back()));
  }
  return choices;
}

template Choices known_choices<float>(CpuStream&, const Plan<float>&, int, Precision, PlanChoices&);
template Choices known_choices<BFloat16>(CpuStream&, const Plan<float>&, int, Precision,
                                         PlanChoices&);

}  // namespace nanopneumo::cpu

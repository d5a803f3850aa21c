#include "kernels/cpu/plan/measured_choices.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "kernels/cpu/plan/fixed_plan.h"

namespace nanopneumo::cpu {
namespace {

using Operation = PlanOperation<float>;

/// Operations of `plan`, each reading what the one before it makes, without residuals. The gates of a squeeze-and-excite
/// block are averages of the first input.
Plan<float> alone(const Plan<float>& plan, std::vector<Operation> chain) {
  Plan<float> result;
  const auto add = [&](int v) {
    result.values.push_back(plan.value(v));
    return static_cast<int>(result.values.size()) - 1;
  };
  for (Operation& operation : chain) {
    std::visit(
        [&](auto& op) {
          if constexpr (requires { op.x; }) {
            op.x = result.values.empty() ? add(op.x) : result.output;
            if constexpr (requires { op.residual; }) op.residual = -1;
            if constexpr (requires { op.s; }) {
              op.s = add(op.s);
              result.operations.push_back(PlanGlobalAverage{result.input, op.s});
            }
            result.output = op.y = add(op.y);
          }
        },
        operation);
    result.operations.push_back(std::move(operation));
  }
  return result;
}

/// "4 images, conv 3x3 /1 63x63x64 -> 64 relu", of operation number i.
std::string name_of(const Plan<float>& plan, std::size_t i, int N, std::size_t element_bytes) {
  return std::to_string(N) + " images, " + describe_operation(plan, i, element_bytes).words;
}

/// One of several ways to compute the same.
struct Way {
  Plan<float> plan;
  Choices choices;
};

/// Seconds of the fastest of some runs of each way. They take turns, so that what slows the machine down
/// for a while slows all of them.
template <class E>
std::vector<double> time_all(CpuStream& stream, std::vector<Way> ways, int N) {
  constexpr int kRuns = 5;
  using Clock = std::chrono::steady_clock;
  std::vector<FixedPlan<E>> compiled;
  for (Way& way : ways) compiled.emplace_back(stream, way.plan, way.choices, N);
  std::vector<double> best(ways.size(), std::numeric_limits<double>::infinity());
  for (int run = 0; run <= kRuns; ++run)
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const auto start = Clock::now();
      compiled[i].run_steps(stream, N);
      const std::chrono::duration<double> elapsed = Clock::now() - start;
      if (run > 0) best[i] = std::min(best[i], elapsed.count());  // the first warms up
    }
  return best;
}

template <class E>
Algorithm measure(CpuStream& stream, const Plan<float>& convolution,
                  const std::vector<Algorithm>& algorithms, int N) {
  constexpr double kGain = 0.98;
  std::vector<Way> ways;
  for (const Algorithm algorithm : algorithms) ways.push_back({convolution, {algorithm}});
  const std::vector<double> seconds = time_all<E>(stream, std::move(ways), N);
  std::size_t chosen = 0;
  for (std::size_t other = 1; other < seconds.size(); ++other)
    if (seconds[other] < kGain * seconds[0] && seconds[other] < seconds[chosen]) chosen = other;
  return algorithms[chosen];
}

/// Of convolutions that are only tried: they are not among those that the plan asks for.
class Forgotten final : public PlanChoices {
  std::optional<std::string> find(const std::string&, std::span<const std::string_view>) override {
    return std::nullopt;
  }
  void add(const std::string&, std::string_view) override {}
  void plan_is_complete() override {}
};

}  // namespace

template <class E>
Choices known_choices(CpuStream& stream, const Plan<float>& plan, int N, Precision precision,
                      PlanChoices& known) {
  Choices choices;
  for (std::size_t i = 0; i < plan.operations.size(); ++i) {
    const std::vector<Algorithm> possible = candidates(plan, i, precision);
    choices.push_back(possible[0]);
    if (possible.size() == 1) continue;
    const std::string name = name_of(plan, i, N, sizeof(E));
    std::vector<std::string_view> names;
    for (const Algorithm algorithm : possible) names.push_back(name_of(algorithm));
    if (const auto found = known.find(name, names)) {
      choices.back() =
          possible[static_cast<std::size_t>(std::ranges::find(names, *found) - names.begin())];
      continue;
    }
    choices.back() = measure<E>(stream, alone(plan, {plan.operations[i]}), possible, N);
    known.add(name, name_of(choices.back()));
  }
  return choices;
}

template <class E>
bool is_faster_together(CpuStream& stream, const Plan<float>& plan, const OperationPair& pair,
                        int N, Precision precision, PlanChoices& known) {
  static constexpr std::array<std::string_view, 2> kNames{"apart", "together"};
  Way together{alone(plan, {pair.both}), {}};
  together.choices.assign(together.plan.operations.size(), Algorithm::direct);
  const std::string name =
      name_of(together.plan, together.plan.operations.size() - 1, N, sizeof(E));
  if (const auto found = known.find(name, kNames)) return *found == kNames[1];
  Way apart{alone(plan, {pair.first, pair.second}), {}};
  Forgotten forgotten;
  apart.choices = known_choices<E>(stream, apart.plan, N, precision, forgotten);
  const std::vector<double> seconds =
      time_all<E>(stream, {std::move(apart), std::move(together)}, N);
  const bool is_faster = seconds[1] <= seconds[0];
  known.add(name, kNames[is_faster ? 1 : 0]);
  return is_faster;
}

template bool is_faster_together<float>(CpuStream&, const Plan<float>&, const OperationPair&, int,
                                        Precision, PlanChoices&);
template bool is_faster_together<BFloat16>(CpuStream&, const Plan<float>&, const OperationPair&,
                                           int, Precision, PlanChoices&);
template Choices known_choices<float>(CpuStream&, const Plan<float>&, int, Precision, PlanChoices&);
template Choices known_choices<BFloat16>(CpuStream&, const Plan<float>&, int, Precision,
                                         PlanChoices&);

}  // namespace nanopneumo::cpu

#include "tools/bench/op_timing.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace nanopneumo::bench {
namespace {

constexpr int kTuningRepeats = 3;

std::string difference(const Outputs& expected, const Outputs& got, const Tolerance& tolerance) {
  if (got.empty()) return "it gives no output that can be compared";
  for (const auto& [name, values] : got) {
    const std::string wrong = bench::difference(expected.at(name), values, tolerance);
    if (!wrong.empty()) return name + ": " + wrong;
  }
  return {};
}

/// Ways that work, the fastest first.
std::vector<std::size_t> tuned(RivalCase& rival, Device& device, Stopwatch& stopwatch) {
  std::vector<std::pair<double, std::size_t>> times;
  for (std::size_t way = 0; way < rival.ways(); ++way) {
    try {
      rival.issue(way);
      device.stream().synchronize();
      times.emplace_back(stopwatch.median_seconds(kTuningRepeats, [&] { rival.issue(way); }), way);
    } catch (const std::runtime_error&) {
      continue;  // offered, but not able to run
    }
  }
  std::ranges::sort(times);
  std::vector<std::size_t> order;
  for (const auto& [seconds, way] : times) order.push_back(way);
  return order;
}

}  // namespace

Tolerance rival_tolerance(Math math) {
  return math == Math::tf32 ? Tolerance{.relative = 2e-2} : Tolerance{.relative = 1e-3};
}

RivalTime time_rival(Rival& rival, const OpCase& op_case, const Outputs& expected,
                     const Buffers& ours, Device& device, Math math, Stopwatch& stopwatch,
                     int repeats) {
  RivalTime result;
  try {
    const std::unique_ptr<RivalCase> prepared = rival.prepare(op_case, ours, device, math);
    if (!prepared) {
      result.absent = "no such operation";
      return result;
    }
    if (prepared->ways() == 0) {
      result.absent = "no engine for this shape in this math";
      return result;
    }
    result.absent = "none of its engines runs";
    for (const std::size_t way : tuned(*prepared, device, stopwatch)) {
      prepared->issue(way);
      device.stream().synchronize();
      const std::string wrong = difference(expected, prepared->outputs(), rival_tolerance(math));
      if (!wrong.empty()) {
        result.absent = prepared->describe(way) + " is wrong: " + wrong;
        continue;
      }
      result.seconds = stopwatch.median_seconds(repeats, [&] { prepared->issue(way); });
      result.way = prepared->describe(way);
      result.absent.clear();
      return result;
    }
  } catch (const std::runtime_error& error) {
    result.absent = error.what();
  }
  return result;
}

void RatioSummary::add(const std::string& what, double ratio) {
  if (count_ == 0 || ratio < worst_) {
    worst_ = ratio;
    worst_case_ = what;
  }
  sum_of_logarithms_ += std::log(ratio);
  ++count_;
}

double RatioSummary::geometric_mean() const {
  return count_ ? std::exp(sum_of_logarithms_ / count_) : 0;
}

}  // namespace nanopneumo::bench

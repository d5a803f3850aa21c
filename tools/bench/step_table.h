// What a training step spends its time on.
#pragma once

#include <optional>
#include <vector>

#include "tools/bench/cpu_peaks.h"
#include "tools/bench/table.h"
#include "tools/bench/timing_device.h"

namespace nanopneumo::bench {

/// The time of `steps` steps that took `seconds` together, in rates that count what the formulas need at
/// least: their multiplications and additions, and each input read and each output written once. Where the machine's
/// best is known, also as shares of it.
struct StepTime {
  std::vector<TimedCalls> timed;
  int steps;
  double seconds;
  std::optional<CpuPeaks> peaks = {};
};

/// One row an operation, the longest first, and one for what lies between the operations. All for one step.
Table operation_table(const StepTime& time);
/// One row an operation and shape.
Table shape_table(const StepTime& time);

}  // namespace nanopneumo::bench

// How long an operation takes, ours and a rival's.
#pragma once

#include <string>

#include "tools/bench/rival.h"
#include "tools/bench/stopwatch.h"

namespace nanopneumo::bench {

/// What a rival came to.
struct RivalTime {
  double seconds = 0;
  std::string way;     ///< the fastest of its correct ways
  std::string absent;  ///< why there is no time, or nothing
};

/// Times every way that the rival has, takes the fastest whose outputs are right and measures it
/// again with `repeats` repetitions.
RivalTime time_rival(Rival& rival, const OpCase& op_case, const Outputs& expected,
                     const Buffers& ours, Device& device, Math math, Stopwatch& stopwatch,
                     int repeats);

/// How far a rival may be from the device cpu: it may sum in another order, or by Winograd's
/// algorithm, but not compute something else.
Tolerance rival_tolerance(Math math);

/// Ratios of one column: geometric mean, and the smallest with what it belongs to.
class RatioSummary {
 public:
  void add(const std::string& what, double ratio);
  bool empty() const { return count_ == 0; }
  int count() const { return count_; }
  double geometric_mean() const;
  double worst() const { return worst_; }
  const std::string& worst_case() const { return worst_case_; }

 private:
  int count_ = 0;
  double sum_of_logarithms_ = 0, worst_ = 0;
  std::string worst_case_;
};

}  // namespace nanopneumo::bench

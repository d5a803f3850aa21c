// Which differences between models are more than chance.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/report/run_group.h"
#include "train/delong.h"
#include "train/metrics.h"

namespace nanopneumo::report {

/// The first runs of two groups on the same validation images. Adjusted p-values: by Holm's method
/// over all pairs that were tested.
struct PairedComparison {
  std::string first, second;  ///< the groups' titles
  double accuracy_difference = 0;
  Disagreements disagreements{};
  double mcnemar = 1, mcnemar_adjusted = 1;
  std::optional<DeLongTest> auc{};
  std::optional<double> auc_adjusted{};
  /// Where both groups have several seeds: whether their ranges of validation accuracy overlap, so that
  /// other seeds may have turned the result.
  std::optional<bool> seeds_overlap{};
};

struct Comparisons {
  std::vector<PairedComparison> pairs;
  std::vector<std::string> left_out;  ///< why a group or a pair could not be tested, in sentences
};

Comparisons compare_groups(const std::vector<RunGroup>& groups);

}  // namespace nanopneumo::report

// Runs that differ in their seed or fold alone, taken together.
#pragma once

#include <string>
#include <vector>

#include "tools/report/run_record.h"

namespace nanopneumo::report {

/// Runs of one model with the same options and data, by rising seed, those of a seed by rising fold.
struct RunGroup {
  std::string title;  ///< "MobileNet"; with the name of its first run where several share the model
  std::vector<RunRecord> runs;

  /// The run with the lowest seed (and fold), which stands for the group where a figure shows one run: the
  /// best one would flatter.
  const RunRecord& first() const { return runs.front(); }
  bool is_cross_validated() const { return first().config.protocol.folds > 0; }
  /// What the lowest seed says about each validation image: in a cross-validation all folds', each about
  /// the images it did not learn from. Nothing where predictions are missing.
  std::optional<Predictions> judged() const;
  /// Validation accuracy of each run's best epoch.
  std::vector<double> accuracies() const;
};

enum class Grouping {
  seeds_together,
  each_run_alone,  ///< `compare`: two seeds may be what is compared
};

/// In the order in which the first run of each was given.
std::vector<RunGroup> group_runs(std::vector<RunRecord> runs, Grouping grouping);

/// Whether images of the same name are the same image in both runs: phantoms are called alike whatever seed
/// drew them.
bool share_names(const RunRecord& a, const RunRecord& b);

/// Smallest, mean and largest of a figure over a group's runs.
struct Spread {
  double low = 0, mean = 0, high = 0;
};
Spread spread_of(const std::vector<double>& values);

}  // namespace nanopneumo::report

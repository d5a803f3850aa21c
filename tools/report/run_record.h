// What a run left in its folder, as the report needs it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/config.h"
#include "train/metrics.h"
#include "train/predictions.h"
#include "train/run_facts.h"

namespace nanopneumo::report {

/// A row of log.csv.
struct Epoch {
  int number = 0;  ///< from 1
  double loss = 0, accuracy = 0, validation_loss = 0, validation_accuracy = 0;
  std::optional<double> validation_auc{};
  ConfusionMatrix validation{};  ///< at kDecisionThreshold
};

/// Seconds and memory, from timing.csv.
struct Cost {
  double training_seconds = 0, validation_seconds = 0;
  std::int64_t peak_memory_mib = 0;  ///< of the process that trained the run
};

struct RunRecord {
  std::string name;  ///< of the folder, or "" for the current one
  std::filesystem::path folder;
  Config config;
  std::vector<Epoch> epochs{};
  std::size_t best = 0;  ///< index of the best epoch
  std::optional<Cost> cost{};
  std::optional<RunFacts> facts{};  ///< missing in runs of earlier versions
  std::optional<Predictions>
      predictions{};  ///< of the best epoch; missing in runs of earlier versions

  const Epoch& best_epoch() const { return epochs[best]; }
  /// Trained on synthetic pictures.
  bool on_phantoms() const;
  /// Fewer epochs than it was to have: it was interrupted, or early stopping ended it.
  bool is_shorter() const { return epochs.size() < static_cast<std::size_t>(config.epochs); }
  /// A backbone that never saw ImageNet.
  bool has_random_backbone() const;
};

/// Whether an epoch of the run is complete, so that there is something to report.
bool has_epochs(const std::filesystem::path& folder);

/// Reads a run. Throws InputError where `folder` holds none, no epoch of it is complete, or a file
/// is damaged.
RunRecord read_run(const std::filesystem::path& folder);

/// The runs that are meant by `paths`: each is a run's folder, or a folder of such folders, whose
/// runs come in the order of their names. One in such a folder that has no complete epoch is left out, which
/// a sentence in `left_out` says. Throws InputError as read_run does, and for a folder without runs.
std::vector<RunRecord> read_runs(const std::vector<std::string>& paths,
                                 std::vector<std::string>& left_out);

}  // namespace nanopneumo::report

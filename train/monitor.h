// The figure of each epoch that a callback looks at, and what it takes for an improvement.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/epoch_record.h"

namespace nanopneumo {

struct Monitor {
  std::string metric = "val_loss";  ///< one of monitored_metrics()
  std::string mode = "auto";        ///< auto, min or max
  double min_delta = 0;             ///< a smaller change is none; its sign does not count

  bool operator==(const Monitor&) const = default;

  /// Throws InputError for another metric or mode; `option` is the one that asked for it.
  void validate(const char* option) const;
  /// Whether larger is better: in mode auto that of accuracies and AUC. (Keras' ReduceLROnPlateau takes
  /// smaller for better in mode auto unless the name contains "acc", also for an AUC.)
  bool wants_max() const;
  /// Keras' MonitorCallback._is_improvement, which compares in float32; the first value is one.
  bool improves(double value, const std::optional<double>& reference) const;
  /// Nothing where the epoch has no such figure (an AUC needs both classes).
  std::optional<double> value_of(const EpochRecord& record) const;
};

/// "loss", "accuracy" of the training images; "val_loss", "val_accuracy", "val_auc" of the others.
const std::vector<std::string>& monitored_metrics();

}  // namespace nanopneumo

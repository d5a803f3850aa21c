// The end of a training that no longer gets better: keras.callbacks.EarlyStopping.
#pragma once

#include "train/monitor.h"

namespace nanopneumo {

/// Keras' arguments, names and defaults. What restore_best_weights is for, best.safetensors does.
struct EarlyStopping {
  Monitor monitor{};
  int patience = 0;
  std::optional<double> baseline{};
  int start_from_epoch = 0;  ///< epochs that are not looked at

  bool operator==(const EarlyStopping&) const = default;
  /// Throws InputError, naming the option.
  void validate() const;
};

/// Where it stands: a checkpoint keeps it.
struct EarlyStoppingState {
  std::optional<double> best{};
  std::int64_t wait = 0;

  bool operator==(const EarlyStoppingState&) const = default;
};

/// After epoch number `epoch` (from 0, as Keras counts) with the figure `value`: whether to stop. Never
/// after the first epoch.
bool after_epoch(const EarlyStopping& stopping, std::int64_t epoch, double value,
                 EarlyStoppingState& state);

}  // namespace nanopneumo

// A smaller learning rate once a figure no longer improves: keras.callbacks.ReduceLROnPlateau.
#pragma once

#include "train/monitor.h"

namespace nanopneumo {

/// Keras' arguments, names and defaults.
struct Plateau {
  Monitor monitor{.min_delta = 1e-4};
  double factor = 0.1;
  int patience = 10, cooldown = 0;
  double min_learning_rate = 0;

  bool operator==(const Plateau&) const = default;
  /// Throws InputError, naming the option.
  void validate() const;
};

/// Where it stands: a checkpoint keeps it.
struct PlateauState {
  std::optional<double> best{};
  std::int64_t wait = 0, cooldown = 0;
  double learning_rate = 0;

  bool operator==(const PlateauState&) const = default;
};

/// After an epoch with the figure `value`: changes state.learning_rate where it is due. The rate passes
/// through float32, in which Keras' optimisers keep it.
void after_epoch(const Plateau& plateau, double value, PlateauState& state);

}  // namespace nanopneumo

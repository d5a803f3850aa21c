// The options of `nanopneumo train` that decide what is trained and how.
#pragma once

#include "tools/config_options.h"

namespace nanopneumo {

/// Model, data, optimiser and device.
void add_training_options(ConfigOptions& options);
/// Keras' ImageDataGenerator.
void add_augmentation_options(ConfigOptions& options);
/// Learning-rate schedules, callbacks, gradient clipping and accumulation, logs.
void add_callback_options(ConfigOptions& options);

}  // namespace nanopneumo

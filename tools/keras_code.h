// The same model in Keras.
#pragma once

#include <string>

#include "models/registry.h"
#include "train/config.h"

namespace nanopneumo {

/// Python that builds in Keras 3 the model that a run with `config` trained, loads `file` (written by
/// export) into it, and says what its input is; model(input) is then the probability of the positive
/// class.
std::string keras_code(const Architecture& architecture, const Config& config,
                       const std::string& file);

}  // namespace nanopneumo

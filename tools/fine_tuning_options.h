// The options of train that say what is fine-tuned.
#pragma once

#include <string>

#include "tools/config_options.h"
#include "train/network.h"

namespace nanopneumo {

/// --fine-tune and what belongs to it.
void add_fine_tuning_options(ConfigOptions& options);

/// A line on what a run will fine-tune of its still frozen backbone; "" where that stays frozen. Throws
/// InputError where the backbone lacks the layers, or nothing in them would be trained.
std::string describe_fine_tuning(const FineTuning& tuning, const Network& network);

}  // namespace nanopneumo

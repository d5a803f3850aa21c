// From a frozen backbone to one that is trained in part.
#pragma once

#include "train/adam.h"
#include "train/config.h"
#include "train/network.h"

namespace nanopneumo {

/// Unfreezes what config.fine_tuning names, and gives a fresh optimiser with the learning rates for it.
Adam<float> unfreeze(Network& network, const Config& config);

}  // namespace nanopneumo

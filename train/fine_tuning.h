// What a run fine-tunes of its backbone, and how fast.
#pragma once

#include <string>
#include <vector>

#include "models/fine_tuning.h"
#include "models/parameters.h"
#include "train/adam.h"

namespace nanopneumo {

struct FineTuning {
  std::string layers{};         ///< see first_fine_tuned; empty: the backbone stays frozen
  double learning_rate = 1e-5;  ///< of the last stage; the head keeps its own
  /// A stage (see stages()) learns this many times as fast as the one after it: Howard & Ruder 2018,
  /// "discriminative fine-tuning", by stages instead of layers.
  double rate_decay = 1;
  int head_epochs = 0;  ///< before them the backbone is frozen
  FineTunedBatchNorm batch_norm = FineTunedBatchNorm::gamma_and_beta;
  double drop_connect = 0;  ///< rate of drop_branches; 0: no branch is dropped

  bool wanted() const { return !layers.empty(); }
  bool begins_at_once() const { return wanted() && head_epochs == 0; }
  bool operator==(const FineTuning&) const = default;
};

/// Unfreezes the layers that `tuning` names of `graph`, whose backbone ends at node `features`, and returns
/// the first. Throws InputError where the backbone lacks them, or branches are to be dropped and none of them does so.
int unfreeze(Graph& graph, int features, const FineTuning& tuning);

/// The learning rates of `parameters`, those of `graph` with the backbone up to node `features` unfrozen
/// in part, as factors of `head_rate`, the learning rate of the head.
std::vector<RateGroup> rate_groups(const Graph& graph, const Parameters<float>& parameters,
                                   int features, double head_rate, const FineTuning& tuning);

}  // namespace nanopneumo

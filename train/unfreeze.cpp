#include "train/unfreeze.h"

namespace nanopneumo {

Adam<float> unfreeze(Network& network, const Config& config) {
  const FineTuning& tuning = config.fine_tuning;
  const int features = network.features_node();
  network.fine_tune(first_fine_tuned(network.graph(), features, tuning.layers), tuning.batch_norm);
  return Adam<float>(
      network.parameters(), config.learning_rate,
      rate_groups(network.graph(), network.parameters(), features, config.learning_rate, tuning));
}

}  // namespace nanopneumo

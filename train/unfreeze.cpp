#include "train/unfreeze.h"

namespace nanopneumo {

Adam<float> unfreeze(Network& network, const Config& config) {
  const FineTuning& tuning = config.fine_tuning;
  network.fine_tune(tuning);
  return Adam<float>(network.parameters(), config.learning_rate,
                     rate_groups(network.graph(), network.parameters(), network.features_node(),
                                 config.learning_rate, tuning));
}

}  // namespace nanopneumo

#include "train/restored_network.h"

namespace nanopneumo {

std::unique_ptr<Network> restored_network(const Checkpoint& checkpoint, const Config& config,
                                          Device& device) {
  auto network = std::make_unique<Network>(find_architecture(config.model), config.image(),
                                           config.model_options(), device, config.seed,
                                           BackboneValues::to_be_loaded);
  if (checkpoint.header().is_fine_tuned) network->fine_tune(config.fine_tuning);
  checkpoint.restore(*network);
  return network;
}

}  // namespace nanopneumo

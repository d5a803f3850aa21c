// A trained network as it was when it was validated.
#pragma once

#include <memory>

#include "train/checkpoint.h"
#include "train/config.h"

namespace nanopneumo {

/// The network of a run that was configured by `config`, with the parameters of `checkpoint`. What had been fine-tuned by
/// then is not a part of its frozen part, which has algorithms, and may have a precision, of its own: so it answers with
/// the digits that it was validated with. Throws InputError where the two do not fit.
std::unique_ptr<Network> restored_network(const Checkpoint& checkpoint, const Config& config,
                                          Device& device);

}  // namespace nanopneumo

// What the features of a set of images depend on.
#pragma once

#include <string>

#include "io/image_set.h"
#include "train/network.h"

namespace nanopneumo {

/// A text that differs wherever the output of the network's frozen part for `images` could differ in a bit: it has the
/// versions of the program and of oneDNN, the CPU it was compiled for and the machine's, what computes each operation,
/// the model with its cut and preprocessing, checksums (XXH64) of the frozen parameters and of the pixels, and
/// `computed_on`.
std::string feature_key(const Network& network, const ImageSet& images,
                        const std::string& computed_on);

}  // namespace nanopneumo

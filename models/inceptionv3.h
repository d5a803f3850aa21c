// InceptionV3 (Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision", table 1),
// as keras.applications.InceptionV3 builds it.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

inline constexpr int kInceptionV3MinimumSize = 75;

/// `image`: (H, W, 3), at least 75 x 75. Without top the output is the last feature map
/// (6 x 6 x 2048 at 250 x 250), with top the class probabilities.
Graph inceptionv3(const Shape& image, bool include_top = false);

}  // namespace nanopneumo

// Xception (Chollet 2017, "Xception: Deep Learning with Depthwise Separable Convolutions", figure 5), as
// keras.applications.Xception builds it.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

inline constexpr int kXceptionMinimumSize = 71;

/// `image`: (H, W, 3), at least 71 x 71. Without top the output is the last feature map
/// (8 x 8 x 2048 at 250 x 250), with top the class probabilities.
Graph xception(const Shape& image, bool include_top = false);

}  // namespace nanopneumo

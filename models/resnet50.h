// ResNet50 (He et al. 2016, "Deep Residual Learning for Image Recognition", table 1), as
// keras.applications.ResNet50 builds it: the stride of a stage is on its first 1x1 convolution and on the
// shortcut, and the convolutions have biases although batch normalisation follows.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

/// `image`: (H, W, 3), at least 32 x 32. Without top the output is the last feature map
/// (8 x 8 x 2048 at 250 x 250), with top the class probabilities.
Graph resnet50(const Shape& image, bool include_top = false);

}  // namespace nanopneumo

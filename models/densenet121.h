// DenseNet121 (Huang et al. 2017, "Densely Connected Convolutional Networks", table 1), as
// keras.applications.DenseNet121 builds it.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

/// `image`: (H, W, 3), at least 32 x 32. Without top the output is the last feature map
/// (7 x 7 x 1024 at 250 x 250), with top the class probabilities.
Graph densenet121(const Shape& image, bool include_top = false);

}  // namespace nanopneumo

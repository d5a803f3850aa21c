// VGG16 (Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image
// Recognition", table 1, configuration D), as keras.applications.VGG16 builds it.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

/// `image`: (H, W, 3), at least 32 x 32. Without top the output is the last feature map
/// (7 x 7 x 512 at 250 x 250), with top the class probabilities. The top's first layer sees every pixel of
/// that map, so Keras' file with top fits 224 x 224 only.
Graph vgg16(const Shape& image, bool include_top = false);

}  // namespace nanopneumo

// EfficientNetB4 (Tan & Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
// Networks", table 1 scaled to width 1.4 and depth 1.8), as keras.applications.EfficientNetB4 builds it.
#pragma once

#include "models/graph.h"

namespace nanopneumo {

struct EfficientNetOptions {
  bool include_top = false;  ///< the ImageNet classifier
  /// Keras stores ImageNet's deviations where its Normalization expects variances, and makes up for the
  /// root with one more Rescaling, in a model with ImageNet weights only (tensorflow issue 49930). Without
  /// them: false.
  bool imagenet_rescaling = true;
  /// Of the last residual branch; it grows from 0 at the first. Only training drops anything.
  double drop_connect_rate = 0.2;
};

/// `image`: (H, W, 3), levels 0 .. 255, at least 32 x 32: preprocessing is part of the model. Without top the
/// output is the last feature map (8 x 8 x 1792 at 250 x 250), with top the class probabilities.
Graph efficientnetb4(const Shape& image, const EfficientNetOptions& options = {});

}  // namespace nanopneumo

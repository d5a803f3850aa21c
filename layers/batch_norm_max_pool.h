// Batch normalisation and max pooling as one operation, for training.
#pragma once

#include "layers/batch_normalization.h"
#include "layers/window.h"

namespace nanopneumo {

/// max_pool2d(batch_norm_training(x)), without the normalised image in between. x: (N, H, W, C),
/// result: (N, P, Q, C). Throws ShapeError where x is of another rank, gamma or beta is not (C,), or the window has
/// more than 255 places.
///
/// `before` is none, or relu where x comes from a ReLU that leaves its derivative to this operation: what it
/// contributes to x's gradient is then the gradient of the ReLU's input. x itself is overwritten with it
/// where nobody else holds x.
template <class T>
Variable<T> batch_norm_max_pool(Tape<T>& tape, const Variable<T>& x, const BatchNormVariables<T>& v,
                                const BatchNormalization::Options& options, const Window& window,
                                Activation before);

}  // namespace nanopneumo

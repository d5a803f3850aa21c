// Batch normalisation in inference mode as part of the convolution before it, differentiable.
#pragma once

#include "layers/batch_normalization.h"

namespace nanopneumo {

/// A convolution's kernel and bias.
template <class T>
struct FoldedParameters {
  Variable<T> kernel, bias;
};

/// What a convolution has to be given to compute bn(conv(x, kernel) + bias) with the moving statistics: with
/// s = gamma / sqrt(variance + epsilon) of each channel, kernel * s and beta + (bias - mean) * s. `bias` may
/// be null for 0. The gradients of kernel, bias, gamma and beta follow from those of the two results by the
/// chain rule,
///   dkernel = dkernel' s, dgamma = (sum(dkernel' kernel) + dbias' (bias - mean)) / sqrt(variance + epsilon),
/// so that neither pass of batch normalisation goes through the convolution's output, nor is it kept.
///
/// The last axis of the kernel (R, S, C, K) runs over the channels; of a depthwise one (R, S, C, 1) the last
/// but one does.
template <class T>
FoldedParameters<T> fold_into_convolution(Tape<T>& tape, const Variable<T>& kernel,
                                          const Variable<T>* bias, const BatchNormVariables<T>& bn,
                                          double epsilon);

}  // namespace nanopneumo

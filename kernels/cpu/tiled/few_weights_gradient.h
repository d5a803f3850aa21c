// The gradients of a convolution's weights and bias where the weights are few, as in the first layers of networks: images
// are large there and dy is most of what is read, so it is read once for both.
#pragma once

#include "kernels/kernels.h"

namespace nanopneumo::cpu::tiled {

/// Whether parts of the pixels can have sums of their own.
bool has_few_weights(const ConvDims&);

/// dw and db, as Kernels::conv_weight_gradient; db may be null. The pixels are cut into parts whose number depends on the
/// sizes alone, and the parts' sums are added in their order: the result does not depend on the number of threads.
void few_weights_gradient(Stream&, const ConvDims&, const float* x, const float* dy, float* dw,
                          float* db);

}  // namespace nanopneumo::cpu::tiled

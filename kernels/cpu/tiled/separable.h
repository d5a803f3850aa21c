// A depthwise convolution and the 1x1 convolution that reads it, as one operation: some rows of the depthwise
// result at a time, which the caches hold until they have been multiplied.
#pragma once

#include "kernels/cpu/tiled/depthwise.h"
#include "kernels/cpu/tiled/products.h"

namespace nanopneumo::cpu::tiled {

/// What separable_forward takes from the stream's workspace, in bytes.
std::size_t separable_workspace_bytes(Stream&, const ChannelwiseDims&);

/// y = activation(pointwise(depthwise_activation(depthwise(x))) + residual), from and to slices. y may be the
/// residual.
void separable_forward(Stream&, const ChannelwiseDims&, ConstRows x, const DepthwiseFilter&,
                       Activation depthwise_activation, const Filter& pointwise, const Results&);

}  // namespace nanopneumo::cpu::tiled

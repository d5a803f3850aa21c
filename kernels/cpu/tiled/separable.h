// A depthwise convolution and the 1x1 convolution that reads it, as one operation: some rows of the depthwise
// result at a time, which the caches hold until they have been multiplied.
#pragma once

#include "kernels/cpu/tiled/depthwise.h"
#include "kernels/cpu/tiled/products.h"

namespace nanopneumo::cpu::tiled {

/// What separable_forward takes from the stream's workspace, in bytes.
template <class E>
std::size_t separable_workspace_bytes(Stream&, const ChannelwiseDims&,
                                      const FilterOf<E>& pointwise);

/// y = activation(pointwise(depthwise_activation(depthwise(x))) + residual), from and to slices. y may be the
/// residual.
template <class E>
void separable_forward(Stream&, const ChannelwiseDims&, RowsOf<const E> x, const DepthwiseFilter&,
                       Activation depthwise_activation, const FilterOf<E>& pointwise,
                       const ResultsOf<E>&);

}  // namespace nanopneumo::cpu::tiled

// A 1x1 convolution and the depthwise convolution that reads it, as one operation: some channels of some rows at a time,
// which the caches hold until they have been filtered. The other half of an inverted residual block (MobileNetV2, 2018)
// than separable.h.
#pragma once

#include <vector>

#include "kernels/cpu/tiled/depthwise.h"
#include "kernels/cpu/tiled/products.h"

namespace nanopneumo::cpu::tiled {

/// Expanded channels from number `first` on: what makes them, and what filters them.
template <class E>
struct ExpansionGroup {
  int first;
  FilterOf<E> expansion;
  DepthwiseFilter depthwise;
};

/// All groups. d: of the depthwise convolution. w: (C, d.C), bias: (d.C) or empty, of the 1x1 convolution; depthwise_w:
/// (R, S, d.C), depthwise_bias: (d.C) or empty.
template <class E>
std::vector<ExpansionGroup<E>> expansion_groups(const ChannelwiseDims& d, int C,
                                                std::span<const float> w,
                                                std::span<const float> bias,
                                                std::span<const float> depthwise_w,
                                                std::span<const float> depthwise_bias);

/// What expanded_depthwise_forward takes from the stream's workspace, in bytes.
template <class E>
std::size_t expanded_depthwise_workspace_bytes(Stream&, const ChannelwiseDims&);

/// y = activation(depthwise(expansion_activation(conv1x1(x)))), from and to slices; x has d.N x d.H x d.W pixels. row_sums:
/// (d.N, d.P(), d.C), the sums of y's rows (row_sums.h), or null. Each result is that of the two operations, whatever the
/// number of threads.
template <class E>
void expanded_depthwise_forward(Stream&, const ChannelwiseDims& d, RowsOf<const E> x,
                                const std::vector<ExpansionGroup<E>>&,
                                Activation expansion_activation, Activation, RowsOf<E> y,
                                float* row_sums = nullptr);

}  // namespace nanopneumo::cpu::tiled

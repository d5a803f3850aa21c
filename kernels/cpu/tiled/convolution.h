// Convolution as a product of matrices that is never laid out as one: tiles of sums, some pixels times two
// registers of filters, stay in registers while the windows of these pixels are read from the image itself.
// Any window, strides, padding and sizes; filters that fill whole registers are fast.
#pragma once

#include "kernels/cpu/tiled/products.h"

namespace nanopneumo::cpu::tiled {

/// What forward takes from the stream's workspace for an x whose pixels lie `x_stride` floats apart, in bytes.
std::size_t workspace_bytes(Stream&, const ConvDims&, std::int64_t x_stride);

/// y = activation(conv(x, w) + bias + residual), as Kernels::conv_forward, from and to slices: floats of y that do
/// not belong to its K channels stay as they are. y may be the residual. Each result is the sum in the order of w,
/// whatever the number of threads.
void forward(Stream&, const ConvDims&, ConstRows x, const Filter&, const Results&);

}  // namespace nanopneumo::cpu::tiled

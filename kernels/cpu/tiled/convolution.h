// Convolution as a product of matrices that is never laid out as one: tiles of sums, some pixels times two
// registers of filters, stay in registers while the windows of these pixels are read from the image itself.
// Any window, strides, padding and sizes; filters that fill whole registers are fast.
#pragma once

#include "kernels/cpu/tiled/products.h"
#include "kernels/cpu/vector.h"

namespace nanopneumo::cpu::tiled {

/// Whether tiled convolutions are preferred to oneDNN's direct ones: where this is compiled for AVX2 or AVX-512
/// (docs/tiled.md). A build for any x86-64 has registers of four floats, while oneDNN finds out while it runs what the CPU
/// has.
inline constexpr bool kBeatsOneDnn = kLanes >= 8;

/// What forward takes from the stream's workspace for an x of E's whose pixels lie `x_stride` elements apart, in bytes.
template <class E>
std::size_t workspace_bytes(Stream&, const ConvDims&, std::int64_t x_stride);

/// y = activation(conv(x, w) + bias + residual), as Kernels::conv_forward, from and to slices: floats of y that do
/// not belong to its K channels stay as they are. y may be the residual. Each result is the sum in the order of w, in
/// bfloat16 of the filter's steps, whatever the number of threads. E: float, or BFloat16 where the CPU has matrix tiles.
template <class E>
void forward(Stream&, const ConvDims&, RowsOf<const E> x, const FilterOf<E>&, const ResultsOf<E>&);
/// The same with workspace_bytes of the caller's memory instead.
template <class E>
void forward(Stream&, const ConvDims&, RowsOf<const E> x, const FilterOf<E>&, const ResultsOf<E>&,
             E* memory);

/// As Kernels::conv_forward; packs the weights anew.
void forward(Stream&, const ConvDims&, const float* x, const float* w, const Epilogue<float>&,
             float* y);

}  // namespace nanopneumo::cpu::tiled

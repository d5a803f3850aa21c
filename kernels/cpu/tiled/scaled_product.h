// The 1x1 convolution of what a squeeze-and-excite gate lets through: the gate is applied where the pixels are read, or to
// the weights that they are multiplied with.
#pragma once

#include "kernels/cpu/tiled/made_pixels.h"

namespace nanopneumo::cpu::tiled {

/// What scaled_product takes from the stream's workspace, in bytes.
template <class E>
std::size_t scaled_product_workspace_bytes(Stream&, const Images&, const FilterOf<E>& pointwise);

/// y = activation(pointwise(x * s) + residual), s: (N, C), from and to slices. y may be the residual, and not x.
template <class E>
void scaled_product(Stream&, const Images&, RowsOf<const E> x, RowsOf<const E> s,
                    const FilterOf<E>& pointwise, const ResultsOf<E>&);

}  // namespace nanopneumo::cpu::tiled

// The 1x1 convolution of what a squeeze-and-excite gate lets through: the gate is applied where the pixels are read.
#pragma once

#include "kernels/cpu/tiled/made_pixels.h"

namespace nanopneumo::cpu::tiled {

/// y = activation(pointwise(x * s) + residual), s: (N, C), from and to slices. y may be the residual, and not x. Takes
/// made_pixels_workspace_bytes of the stream's workspace.
template <class E>
void scaled_product(Stream&, const Images&, RowsOf<const E> x, RowsOf<const E> s,
                    const FilterOf<E>& pointwise, const ResultsOf<E>&);

}  // namespace nanopneumo::cpu::tiled

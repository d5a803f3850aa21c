// The 1x1 convolution of what a batch normalisation and its activation make, as in DenseNet: they are applied where the
// pixels are read.
#pragma once

#include <span>

#include "kernels/cpu/tiled/made_pixels.h"

namespace nanopneumo::cpu::tiled {

/// What is multiplied: activation(x * scale + shift), scale and shift (C).
struct Affine {
  std::span<const float> scale, shift;
  Activation activation;
};

/// y = activation(pointwise(affine(x)) + residual), from and to slices. y may be the residual, and not x. Takes
/// made_pixels_workspace_bytes of the stream's workspace.
template <class E>
void affine_product(Stream&, const Images&, RowsOf<const E> x, const Affine&,
                    const FilterOf<E>& pointwise, const ResultsOf<E>&);

}  // namespace nanopneumo::cpu::tiled

// What is done to a range of tiles before and after the products.
#pragma once

#include "kernels/cpu/winograd/tiles.h"
#include "kernels/kernels.h"

namespace nanopneumo::cpu::winograd {

/// Tiles [begin, end) of a chunk that begins with tile number `first` of the whole.
struct TileRange {
  std::int64_t first;
  int begin, end;
};

/// Where products end up: y = activation(A^T m A + bias + residual), K channels.
struct Output {
  int K;
  Rows y;
  const float* bias;   ///< (K), or null
  ConstRows residual;  ///< data may be null
  Activation activation;
};

/// v = B^T d B for each tile and channel. Pixels outside the image are zero, and so are the channels that
/// fill up the last block.
void transform_patches(const Tiling&, const TileRange&, ConstRows x, const PatchLayout&, float* v);

/// The outputs of the panels [panel, panel + layout.panels) from their products m.
void transform_products(const Tiling&, const TileRange&, const ProductLayout& layout,
                        const float* m, int panel, const Output&);

/// m = A dy A^T for each tile and each of K channels: the transpose of transform_products without its
/// epilogue. Pixels outside the image are zero, and so are the columns that fill up the last panel. The sum
/// of dy over the tiles is added to sums[k], which has room for whole panels.
void transform_output_gradients(const Tiling&, const TileRange&, ConstRows dy, int K,
                                const ProductLayout&, float* m, double* sums);

}  // namespace nanopneumo::cpu::winograd

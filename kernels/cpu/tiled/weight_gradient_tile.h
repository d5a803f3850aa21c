// A tile of a convolution's weight gradient: some numbers of a window's row times two registers of filters, whose sums
// over a band of pixels stay in registers.
#pragma once

#include "kernels/cpu/outer_products.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/tiled/bands.h"

namespace nanopneumo::cpu::tiled {

/// The pixels that tiles sum over at a time: a tile's numbers of x and its part of dy, a cache line for each pixel, then
/// stay in the first-level cache.
Bands weight_gradient_bands(const ConvDims&);

/// dy (pixels, K) of a band, a panel of K after the other, zero beyond K.
void pack_panels(const Band&, const float* dy, int K, const Range& panels, float* to);

/// sums[k] += dy[k] of all pixels of a packed panel, kPanel sums.
void add_pixels(std::int64_t pixels, const float* panel, double* sums);

/// A tile of dw: some numbers of the window's row, for one panel of filters.
struct WeightTile {
  float* dw;  ///< (numbers, K), from the panel's first filter on
  std::int64_t K;
  int filters;  ///< of the panel
  bool first;   ///< whether this is the first band
};

/// Adds the products of a band for 1 to kTileRows numbers. x: the first number of the first pixel's window; dy: the packed
/// panel.
void add_band(int numbers, const Band&, const float* x, const float* dy, const WeightTile&);

}  // namespace nanopneumo::cpu::tiled

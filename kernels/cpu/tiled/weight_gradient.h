// The weights' gradient of a convolution, a tile at a time: some numbers of a window's row times two registers of
// filters, whose sums over some hundred pixels stay in registers. Any window, strides, padding and sizes.
#pragma once

#include "kernels/kernels.h"

namespace nanopneumo::cpu::tiled {

/// dw and db, as Kernels::conv_weight_gradient; db may be null. Each thread has its own part of dw, and sums it over all
/// pixels in their order: the result does not depend on the number of threads.
void weight_gradient(Stream&, const ConvDims&, const float* x, const float* dy, float* dw,
                     float* db);

}  // namespace nanopneumo::cpu::tiled

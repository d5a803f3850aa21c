// The input's gradient of a convolution, as a tiled convolution of dy.
#pragma once

#include "kernels/kernels.h"

namespace nanopneumo::cpu::tiled {

/// Whether input_gradient computes it: at stride 1 with no more padding than the window has neighbours, and where a 1x1
/// window skips pixels.
bool has_input_gradient(const ConvDims&);

/// dx, as Kernels::conv_input_gradient.
void input_gradient(Stream&, const ConvDims&, const float* w, const float* dy, float* dx);

}  // namespace nanopneumo::cpu::tiled

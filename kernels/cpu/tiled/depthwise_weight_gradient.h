// The weights' gradient of a depthwise convolution: the sums of up to 3 x 5 taps of a window, for one register of
// channels, stay in registers over some rows of the output.
#pragma once

#include "kernels/kernels.h"

namespace nanopneumo::cpu::tiled {

/// dw, as Kernels::depthwise_weight_gradient. The sums of some rows are added to those of their image, and the images' in
/// double: the result does not depend on the number of threads.
void depthwise_weight_gradient(Stream&, const ChannelwiseDims&, const float* x, const float* dy,
                               float* dw);

}  // namespace nanopneumo::cpu::tiled

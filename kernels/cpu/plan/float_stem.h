// The beginning of a plan that stays float32 where the rest is bfloat16.
#pragma once

#include "kernels/plan/plan.h"

namespace nanopneumo::cpu {

/// Takes away the operations up to a depthwise convolution that reads what the first convolution makes of the
/// image, or up to a second one that reads a convolution of that, and returns them as a plan that ends where `plan`
/// then begins. Without operations where the plan does not begin like that.
///
/// Such a depthwise filter takes differences of neighbouring pixels that are still nearly alike, and no sum over
/// channels evens out what rounding them did. The ReLU behind it turns this noise into a shift. In MobileNet nine
/// tenths of bfloat16's error came from rounding what the first convolution makes, a third of the rest from rounding
/// what the next two operations make.
Plan<float> take_float_stem(Plan<float>& plan);

}  // namespace nanopneumo::cpu

// What the numbers in a network are on average, known without any image.
#pragma once

#include "kernels/plan/plan.h"

namespace nanopneumo {

/// Fills plan.means. What batch normalisation makes has, over the images that its statistics were taken of, the
/// mean beta and the deviation |gamma|; as a normal distribution that goes through activations, sums and
/// everything linear (M. Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
/// 2019, section 4.2 and appendix C). Zeros around an image are not counted. To be called before the rules of
/// plan_rules.h: they keep the numbers of the values.
void note_means(Plan<float>& plan);

}  // namespace nanopneumo

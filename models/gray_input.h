// Plans for gray images. X-rays are gray and the backbones read RGB, so the three channels that a backbone sees are all
// made of one gray level, and two thirds of its first convolution multiply what is known already.
#pragma once

#include "kernels/plan/plan.h"
#include "kernels/preprocessing.h"

namespace nanopneumo {

/// Rewrites a plan over images (H, W, 3) for gray ones, of which it then takes one or two channels
/// (Preprocessing::channels): the first of what `preprocessing` makes of the gray level, and a 1 where it needs that. The
/// result is the same up to rounding. False, and the plan is as it was, where it does not begin with a convolution after
/// at most affine maps and one zero padding.
///
/// Channel c is scale[c] x + shift[c], x being the first one, so the weights of the first convolution become their sum
/// over c, weighted by scale[c]. The shift meets each weight whose pixel lies inside the image, outside are zeros:
/// without padding it goes into the bias; with padding it becomes the weight of the 1.
template <class T>
bool read_gray(Plan<T>& plan, const Preprocessing& preprocessing);

}  // namespace nanopneumo

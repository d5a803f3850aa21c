// Saliency: how much each pixel would move the score.
#pragma once

#include <cstdint>

#include "inside/heat_map.h"
#include "inside/probe.h"

namespace nanopneumo {

/// Simonyan et al. 2014, section 3: the largest |d(logit)/d(x)| over the channels of each pixel of a
/// picture x (1, H, W, C), preprocessed. The same for either class.
template <class T>
HeatMap saliency(const Probe<T>& probe, const Tensor<T>& x);

struct SmoothGrad {
  int samples = 25;
  double noise = 0.15;  ///< standard deviation, as a share of the picture's range
  std::uint64_t seed = 1;
};

/// Smilkov et al. 2017: the mean of saliency() over pictures with normal noise added.
template <class T>
HeatMap smooth_saliency(const Probe<T>& probe, const Tensor<T>& x, const SmoothGrad& options);

}  // namespace nanopneumo

// What normalize_image and augment_image share.
#pragma once

#include "kernels/preprocessing.h"

namespace nanopneumo::test::reference {

/// out[c] = (level / divisor - mean[c]) / deviation[c] for the output channels of one pixel, whose
/// levels are rgb[0..2]; the second of two is 1.
inline void preprocess_pixel(const Preprocessing& preprocessing, const double* rgb, double* out) {
  const int K = preprocessing.channels;
  if (K == 2) out[1] = 1;
  for (int c = 0; c < (K == 3 ? 3 : 1); ++c) {
    const double level = rgb[preprocessing.reverse_channels ? 2 - c : c];
    out[c] = (level / preprocessing.divisor - preprocessing.mean[c]) / preprocessing.deviation[c];
  }
}

}  // namespace nanopneumo::test::reference

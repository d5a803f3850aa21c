// Preprocessing of one level, shared by every device.
#pragma once

#include "kernels/philox.h"
#include "kernels/preprocessing.h"

namespace nanopneumo {

/// What output channel `c` makes of a level of 0..255. Each step is rounded to float32, as Keras
/// does it on float32 arrays.
NANOPNEUMO_HOST_DEVICE inline float preprocess_level(const Preprocessing& preprocessing, int c,
                                                     float level) {
  const float scaled = level / static_cast<float>(preprocessing.divisor);
  const float centered = scaled - static_cast<float>(preprocessing.mean[c]);
  return centered / static_cast<float>(preprocessing.deviation[c]);
}

/// The second of two output channels.
inline constexpr float kInsideImage = 1;

/// The input channel (of C = 1 or 3) that output channel `c` is made of.
NANOPNEUMO_HOST_DEVICE inline int source_channel(const Preprocessing& preprocessing, int C, int c) {
  if (C == 1) return 0;
  return preprocessing.reverse_channels ? 2 - c : c;
}

}  // namespace nanopneumo

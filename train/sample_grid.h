// Pictures as training sees them, side by side.
#pragma once

#include <cstdint>

#include "io/image.h"
#include "tensor/device.h"
#include "train/augmentation.h"

namespace nanopneumo {

struct ImageSet;

/// The first 16 images of the first epoch, augmented as they are there, in rows of four (RGB).
Image sample_grid(Device& device, const ImageSet& images, const AugmentationRanges& ranges,
                  std::uint64_t seed);

}  // namespace nanopneumo

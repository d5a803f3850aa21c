// What augmentation does to a few of the training images, as one picture.
#pragma once

#include "io/image.h"
#include "io/image_set.h"
#include "tensor/device.h"
#include "train/augmentation.h"

namespace nanopneumo {

/// Rows of augmentation_sheet below the images as they are.
inline constexpr int kAugmentationDraws = 3;

/// In the first row up to four images, taken at even distances from the set; below each what the
/// first epochs of a run with this seed see of it. Pictures of more than 160 pixels a side are
/// scaled down.
Image augmentation_sheet(Device& device, const ImageSet& images, const AugmentationRanges& ranges,
                         std::uint64_t seed);

}  // namespace nanopneumo

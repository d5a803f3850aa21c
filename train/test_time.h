// Test-time augmentation: several looks at one picture.
#pragma once

#include <cstdint>
#include <vector>

#include "train/augmentation.h"
#include "train/network.h"
#include "train/scoring.h"

namespace nanopneumo {

/// How an image is looked at: as it is, and `versions` - 1 times transformed at random within `ranges`.
/// Each version transforms all images alike, so what is said of one does not depend on the others.
struct TestTimeAugmentation {
  int versions = 1;
  AugmentationRanges ranges{};
  std::uint64_t seed = 1;

  /// The transformations of the versions after the first.
  std::vector<ImageTransform> transforms(int height, int width) const;
};

/// The probability of the positive class for each image: the mean over the versions of sigmoid(logit /
/// temperature) (Krizhevsky et al. 2012 average predictions over crops and mirror images). `progress` is told
/// of versions times images, and may not stop it. Throws InputError as score_images.
std::vector<double> mean_probabilities(const Network& network, const ImageSet& images, int batch,
                                       const TestTimeAugmentation& augmentation, double temperature,
                                       const WorkProgress& progress = {});

}  // namespace nanopneumo

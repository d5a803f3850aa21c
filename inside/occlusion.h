// Occlusion: what the network says when a part of the picture is covered.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "inside/heat_map.h"
#include "io/image_set.h"
#include "train/network.h"

namespace nanopneumo {

/// What is covered of one picture; boxes may overlap.
using Cover = std::vector<Box>;

/// Copies of picture `i`, one for each cover, in which what is covered has the picture's mean level (of each
/// channel, rounded): nothing to see, and no brighter or darker than the picture.
ImageSet covered(const ImageSet& pictures, std::int64_t i, std::span<const Cover> covers);

/// The logits of those copies, computed `batch` at a time. `after_batch` may throw, which ends the work.
std::vector<double> covered_logits(
    const Network& network, const ImageSet& pictures, std::int64_t i, std::span<const Cover> covers,
    int batch, const std::function<void()>& after_batch = [] {});

struct Patches {
  int size = 0, stride = 0;  ///< in pixels
};

/// A patch of an eighth of the picture's shorter side that moves by half of itself.
Patches default_patches(int height, int width);

/// Where patches begin along a side of `length`: 0, stride, 2 stride, ..., and length - size, so that every
/// pixel is covered at least once. Throws ShapeError unless 1 <= stride <= size <= length.
std::vector<int> patch_starts(int length, const Patches& patches);

/// What of an output is compared.
using Score = std::function<double(double logit)>;

/// Zeiler & Fergus 2014, section 4.2: score(picture) - score(picture with a patch covered), at each pixel
/// the mean over the patches that cover it; positive where the pixel speaks for the score. `after_batch`: as above.
HeatMap occlusion_map(
    const Network& network, const ImageSet& pictures, std::int64_t i, const Patches& patches,
    const Score& score, int batch, const std::function<void()>& after_batch = [] {});

}  // namespace nanopneumo

// What can be measured of a picture without looking at what it shows.
#pragma once

#include <span>
#include <vector>

#include "io/content_hash.h"
#include "io/dataset_files.h"
#include "io/image.h"
#include "io/parallel.h"
#include "io/perceptual_hash.h"

namespace nanopneumo {

struct PictureMeasures {
  int height = 0, width = 0;
  bool gray = false;      ///< R = G = B in every pixel
  double brightness = 0;  ///< mean of all pixels and channels, 0 to 255
  double contrast = 0;    ///< standard deviation of the luma, 0 to 127.5
  double colour = 0;      ///< mean difference of a pixel's largest and smallest channel, 0 to 255
};

/// Of a picture with at least one pixel.
PictureMeasures measure(const Image& image);

struct PictureFacts {
  ContentHash content;
  PictureMeasures measures;
  PerceptualHash look;
};

/// Reads and decodes each file, on `threads` threads. Throws InputError for the first, in their order,
/// that cannot be read.
std::vector<PictureFacts> picture_facts(std::span<const LabelledFile> files, int threads,
                                        const LoadProgress& progress = {});

}  // namespace nanopneumo

// Brightness of a colour picture.
#pragma once

#include "io/image.h"

namespace nanopneumo {

/// The picture with one channel: of RGB the luma (19595 R + 38470 G + 7471 B + 2^15) / 2^16 of BT.601, as
/// PIL's convert("L") computes it.
inline Image to_gray(const Image& image) {
  if (image.channels == 1) return image;
  Image gray{image.height, image.width, 1, {}};
  gray.pixels.reserve(image.pixels.size() / 3);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    const std::uint32_t luma = 19595u * image.pixels[i] + 38470u * image.pixels[i + 1] +
                               7471u * image.pixels[i + 2] + 0x8000u;
    gray.pixels.push_back(static_cast<std::uint8_t>(luma >> 16));
  }
  return gray;
}

}  // namespace nanopneumo

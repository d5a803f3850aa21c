// Random image transformations: the ranges a user sets and one draw from them.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "kernels/augmentation.h"

namespace nanopneumo {

/// The ranges of Keras' ImageDataGenerator, with its names and units. Value 0 (zoom: {1, 1};
/// brightness: nothing) turns a transformation off.
struct AugmentationRanges {
  double rotation_range = 0;  ///< degrees to either side
  /// Fraction of the image where below 1, else pixels, to either side. Keras 3 moves the image up
  /// and down for width_shift_range and sideways for height_shift_range (see output_to_input). A
  /// whole number is a range like any other here; Keras, given a Python integer, draws whole
  /// pixels.
  double width_shift_range = 0;
  double height_shift_range = 0;
  double shear_range = 0;                  ///< degrees to either side
  std::array<double, 2> zoom_range{1, 1};  ///< smallest and largest; above 1 the picture shrinks
  std::optional<std::array<double, 2>> brightness_range;  ///< smallest and largest factor
  bool horizontal_flip = false;
  bool vertical_flip = false;

  /// Whether any transformation can come out of a draw.
  bool enabled() const;
  /// Throws InputError for a range that is negative, reversed or not finite, for more than 360 degrees, and for a
  /// shift by as many pixels as the longer side of an image of `height` x `width` has.
  void validate(int height, int width) const;
};

/// The augmentation of the paper that nanopneumo reproduces: rotation 20, both shifts 0.1,
/// brightness 0.8 to 1.2, zoom 0.2, shear 10, both flips.
AugmentationRanges paper_augmentation();

/// One transformation for an image of `height` x `width` pixels. `uniform` gives numbers in [0, 1);
/// it is called in the order in which ImageDataGenerator.get_random_transform draws: rotation,
/// height shift, width shift, shear, two zooms, each only where its range is on; then always the
/// two coins for the flips; then brightness.
ImageTransform draw_transform(const AugmentationRanges& ranges, int height, int width,
                              const std::function<double()>& uniform);

}  // namespace nanopneumo

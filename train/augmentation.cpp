#include "train/augmentation.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "tensor/errors.h"

namespace nanopneumo {
namespace {

void check_degrees(std::string_view name, double value) {
  if (!(value >= 0 && value <= 360))
    throw_input_error("{} = {} is not possible; give degrees from 0 to 360", name, value);
}

/// A picture moved by its whole size is none. Which side counts depends on the way it is moved, so the longer one does.
void check_shift(std::string_view name, double value, int longer_side) {
  if (!(value >= 0 && (value < 1 || value < longer_side)))
    throw_input_error(
        "{} = {} is not possible: below 1 it is a fraction of the image, from 1 on it counts "
        "pixels; give 0 or more, and fewer pixels than the {} of the image",
        name, value, longer_side);
}

void check_interval(std::string_view name, const std::array<double, 2>& range, double smallest) {
  if (!(range[0] >= smallest && range[0] <= range[1]) || !std::isfinite(range[1]))
    throw_input_error(
        "{} = {} to {} is not possible; give two finite numbers from {} up, the smaller first",
        name, range[0], range[1], smallest);
}

/// numpy.random.uniform(low, high)
double between(double low, double high, double uniform) { return low + (high - low) * uniform; }

}  // namespace

bool AugmentationRanges::enabled() const {
  return rotation_range != 0 || width_shift_range != 0 || height_shift_range != 0 ||
         shear_range != 0 || zoom_range != std::array<double, 2>{1, 1} || brightness_range ||
         horizontal_flip || vertical_flip;
}

void AugmentationRanges::validate(int height, int width) const {
  check_degrees("--rotation-range", rotation_range);
  check_shift("--width-shift-range", width_shift_range, std::max(height, width));
  check_shift("--height-shift-range", height_shift_range, std::max(height, width));
  check_degrees("--shear-range", shear_range);
  check_interval("--zoom-range", zoom_range, 0);
  if (zoom_range[0] == 0)
    throw_input_error("--zoom-range starts at 0, which would show a single pixel; start above 0");
  if (brightness_range) check_interval("--brightness-range", *brightness_range, 0);
}

AugmentationRanges paper_augmentation() {
  return {.rotation_range = 20,
          .width_shift_range = 0.1,
          .height_shift_range = 0.1,
          .shear_range = 10,
          .zoom_range = {1 - 0.2, 1 + 0.2},
          .brightness_range = std::array<double, 2>{0.8, 1.2},
          .horizontal_flip = true,
          .vertical_flip = true};
}

ImageTransform draw_transform(const AugmentationRanges& ranges, int height, int width,
                              const std::function<double()>& uniform) {
  const auto to_either_side = [&](double range) {
    return range == 0 ? 0.0 : between(-range, range, uniform());
  };
  const auto shift = [&](double range, int pixels) {
    return to_either_side(range) * (range < 1 ? pixels : 1);
  };
  ImageTransform t;
  t.theta = to_either_side(ranges.rotation_range);
  t.tx = shift(ranges.height_shift_range, height);
  t.ty = shift(ranges.width_shift_range, width);
  t.shear = to_either_side(ranges.shear_range);
  const auto [smallest, largest] = ranges.zoom_range;
  if (smallest != 1 || largest != 1) {
    t.zx = between(smallest, largest, uniform());
    t.zy = between(smallest, largest, uniform());
  }
  // Keras tosses both coins whether or not the flips are on.
  const bool horizontal_coin = uniform() < 0.5;
  const bool vertical_coin = uniform() < 0.5;
  t.flip_horizontal = horizontal_coin && ranges.horizontal_flip;
  t.flip_vertical = vertical_coin && ranges.vertical_flip;
  if (ranges.brightness_range) {
    t.has_brightness = true;
    t.brightness = between((*ranges.brightness_range)[0], (*ranges.brightness_range)[1], uniform());
  }
  return t;
}

}  // namespace nanopneumo

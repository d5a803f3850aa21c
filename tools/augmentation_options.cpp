#include "tools/train_options.h"

namespace nanopneumo {
namespace {

constexpr const char* kGroup =
    "Augmentation (Keras' ImageDataGenerator names; on top of --augment)";

/// The option for one of the ranges that are a number.
void add_range(ConfigOptions& options, const char* name, double AugmentationRanges::*range,
               const char* help) {
  options
      .add(
          name, [=](Config& c) -> double& { return c.augmentation.*range; }, help)
      .without_default()
      .group(kGroup);
}

}  // namespace

void add_augmentation_options(ConfigOptions& options) {
  options
      .add_value<std::string>("--augment", "none", "Preset: none, or the paper's transformations",
                              [](const std::string& preset, Config& c) {
                                c.augmentation =
                                    preset == "paper" ? paper_augmentation() : AugmentationRanges{};
                              })
      .one_of({"none", "paper"})
      .group(kGroup);
  add_range(options, "--rotation-range", &AugmentationRanges::rotation_range,
            "Degrees to either side");
  add_range(options, "--width-shift-range", &AugmentationRanges::width_shift_range,
            "Fraction if below 1, else pixels");
  add_range(options, "--height-shift-range", &AugmentationRanges::height_shift_range,
            "Fraction if below 1, else pixels");
  add_range(options, "--shear-range", &AugmentationRanges::shear_range, "Degrees to either side");
  using Numbers = std::vector<double>;
  options
      .add_value<Numbers>("--zoom-range", {}, "Z for 1-Z..1+Z, or two factors",
                          [](const Numbers& zoom, Config& c) {
                            c.augmentation.zoom_range =
                                zoom.size() == 1 ? std::array<double, 2>{1 - zoom[0], 1 + zoom[0]}
                                                 : std::array<double, 2>{zoom[0], zoom[1]};
                          })
      .takes(1, 2)
      .without_default()
      .group(kGroup);
  options
      .add_value<Numbers>("--brightness-range", {}, "Two factors",
                          [](const Numbers& brightness, Config& c) {
                            c.augmentation.brightness_range = {brightness[0], brightness[1]};
                          })
      .takes(2, 2)
      .without_default()
      .group(kGroup);
  options
      .add_flag("--horizontal-flip", "Mirror half of the images",
                [](Config& c) { c.augmentation.horizontal_flip = true; })
      .group(kGroup);
  options
      .add_flag("--vertical-flip", "Turn half of the images upside down",
                [](Config& c) { c.augmentation.vertical_flip = true; })
      .group(kGroup);
}

}  // namespace nanopneumo

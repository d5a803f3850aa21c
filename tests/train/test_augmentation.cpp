#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "tests/support/golden_json.h"
#include "tests/support/shape_error.h"
#include "train/augmentation.h"

namespace nanopneumo::test {
namespace {

/// Hands out given numbers in turn and fails when they run out.
class Uniforms {
 public:
  explicit Uniforms(std::vector<double> values) : values_(std::move(values)) {}
  double operator()() { return values_.at(used_++); }
  std::size_t used() const { return used_; }

 private:
  std::vector<double> values_;
  std::size_t used_ = 0;
};

bool near(double a, double b) { return std::abs(a - b) <= 1e-12; }

AugmentationRanges fixture_ranges() {
  AugmentationRanges ranges = paper_augmentation();
  ranges.height_shift_range = 0.2;
  return ranges;
}

}  // namespace

TEST_CASE("draw_transform maps uniform numbers as Keras does") {
  const auto path = shared_data("goldens/augment/draw_order.json", 12);
  if (!path) return;
  const auto fixture = load_json(*path);
  AugmentationRanges no_height = fixture_ranges();
  no_height.height_shift_range = 0;
  const std::pair<const char*, AugmentationRanges> series[] = {{"full", fixture_ranges()},
                                                               {"no_height", no_height}};
  for (const auto& [name, ranges] : series) {
    Uniforms uniforms(fixture["u"].get<std::vector<double>>());
    REQUIRE(fixture[name].size() == 6);
    for (const auto& expected : fixture[name]) {
      const ImageTransform t = draw_transform(ranges, 61, 80, std::ref(uniforms));
      CHECK(near(t.theta, expected["theta"]));
      CHECK(near(t.tx, expected["tx"]));
      CHECK(near(t.ty, expected["ty"]));
      CHECK(near(t.shear, expected["shear"]));
      CHECK(near(t.zx, expected["zx"]));
      CHECK(near(t.zy, expected["zy"]));
      CHECK(t.flip_horizontal == (expected["flip_horizontal"] == 1));
      CHECK(t.flip_vertical == (expected["flip_vertical"] == 1));
      CHECK(t.has_brightness);
      CHECK(near(t.brightness, expected["brightness"]));
      count_cases();
    }
  }
}

TEST_CASE("draw_transform gives Keras' first draw of seed 7") {
  Uniforms uniforms({0.07630828937395717, 0.7799187922401146, 0.4384092314408935,
                     0.7234651778309412, 0.9779895119966027, 0.5384958704104337, 0.5011204636599379,
                     0.07205113335976154, 0.26843898010187117});
  const ImageTransform t = draw_transform(fixture_ranges(), 61, 80, std::ref(uniforms));
  CHECK(uniforms.used() == 9);
  CHECK(near(t.theta, -16.947668425041712));
  CHECK(near(t.tx, 6.830018530658796));
  CHECK(near(t.ty, -0.9854522969457036));
  CHECK(near(t.shear, 4.469303556618824));
  CHECK(near(t.zx, 1.191195804798641));
  CHECK(near(t.zy, 1.0153983481641735));
  CHECK_FALSE(t.flip_horizontal);
  CHECK(t.flip_vertical);
  CHECK(near(t.brightness, 0.9073755920407485));
  count_cases();
}

TEST_CASE("only the coins are drawn where every range is off") {
  Uniforms uniforms({0.1, 0.1});
  const ImageTransform t = draw_transform({}, 10, 20, std::ref(uniforms));
  CHECK(uniforms.used() == 2);
  CHECK(t.theta == 0);
  CHECK(t.zx == 1);
  CHECK_FALSE(t.flip_horizontal);
  CHECK_FALSE(t.flip_vertical);
  CHECK_FALSE(t.has_brightness);
  CHECK_FALSE(AugmentationRanges{}.enabled());
  CHECK(paper_augmentation().enabled());
  count_cases();
}

TEST_CASE("a shift range of 1 or more counts pixels") {
  AugmentationRanges ranges;
  ranges.height_shift_range = 8;
  ranges.width_shift_range = 0.5;
  Uniforms uniforms({0.75, 0.75, 0.9, 0.9});
  const ImageTransform t = draw_transform(ranges, 100, 40, std::ref(uniforms));
  CHECK(near(t.tx, 4));
  CHECK(near(t.ty, 10));
  count_cases();
}

TEST_CASE("impossible ranges are refused") {
  paper_augmentation().validate(100, 40);
  AugmentationRanges{}.validate(100, 40);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (double bad : {-1.0, nan, infinity}) {
    for (double AugmentationRanges::*range :
         {&AugmentationRanges::rotation_range, &AugmentationRanges::width_shift_range,
          &AugmentationRanges::height_shift_range, &AugmentationRanges::shear_range}) {
      AugmentationRanges ranges = paper_augmentation();
      ranges.*range = bad;
      CHECK_THROWS_AS(ranges.validate(100, 40), InputError);
    }
    for (const std::array<double, 2>& pair :
         {std::array<double, 2>{bad, 1}, std::array<double, 2>{0.5, bad}}) {
      AugmentationRanges ranges;
      ranges.zoom_range = pair;
      CHECK_THROWS_AS(ranges.validate(100, 40), InputError);
      ranges = {};
      ranges.brightness_range = pair;
      CHECK_THROWS_AS(ranges.validate(100, 40), InputError);
    }
  }
  const auto refused = [](double AugmentationRanges::*range, double value) {
    AugmentationRanges ranges;
    ranges.*range = value;
    return input_error_of([&] { ranges.validate(100, 40); });
  };
  for (double AugmentationRanges::*shift :
       {&AugmentationRanges::width_shift_range, &AugmentationRanges::height_shift_range}) {
    for (const double possible : {0.0, 0.999, 1.0, 99.0}) CHECK(refused(shift, possible) == "");
    for (const double bad : {100.0, 1e30, 1e300})
      CHECK(says(refused(shift, bad), "shift-range", "fewer pixels than the 100 of the image"));
  }
  for (double AugmentationRanges::*angle :
       {&AugmentationRanges::rotation_range, &AugmentationRanges::shear_range}) {
    CHECK(refused(angle, 360) == "");
    CHECK(says(refused(angle, 1e300), "degrees from 0 to 360"));
  }
  AugmentationRanges ranges;
  ranges.zoom_range = {0, 1};
  CHECK_THROWS_AS(ranges.validate(100, 40), InputError);
  ranges.zoom_range = {1.2, 0.8};
  CHECK_THROWS_AS(ranges.validate(100, 40), InputError);
  count_cases(44);
}

}  // namespace nanopneumo::test

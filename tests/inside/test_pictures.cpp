// Maps, colours and figures.
#include <doctest/doctest.h>

#include <cmath>

#include "inside/channel_grid.h"
#include "inside/colour_map.h"
#include "inside/figure.h"
#include "tests/support/shape_error.h"

namespace nanopneumo::test {
namespace {

/// CIE 1976 lightness of an sRGB colour, 0 to 100: another measure than the one the map was made with.
double cie_lightness(const Colour& colour) {
  const auto linear = [](std::uint8_t level) {
    const double x = level / 255.0;
    return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
  };
  const double Y =
      0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
  return Y > 0.008856 ? 116 * std::cbrt(Y) - 16 : 903.3 * Y;
}

}  // namespace

TEST_CASE("heat colours grow lighter in even steps") {
  constexpr int kSteps = 20;
  const double all = cie_lightness(heat_colour(1)) - cie_lightness(heat_colour(0));
  CHECK(all > 75);
  for (int i = 0; i < kSteps; ++i) {
    const double step = cie_lightness(heat_colour(double(i + 1) / kSteps)) -
                        cie_lightness(heat_colour(double(i) / kSteps));
    CHECK(step > 0.5 * all / kSteps);
    CHECK(step < 1.5 * all / kSteps);
  }
  CHECK(heat_colour(-1) == heat_colour(0));
  CHECK(heat_colour(2) == heat_colour(1));
}

TEST_CASE("signed colours are as dark on both sides, and other ones") {
  for (const double t : {0.25, 0.5, 1.0}) {
    CHECK(std::abs(cie_lightness(signed_colour(t)) - cie_lightness(signed_colour(-t))) < 6);
    CHECK(signed_colour(t)[0] > signed_colour(t)[2]);
    CHECK(signed_colour(-t)[0] < signed_colour(-t)[2]);
  }
}

TEST_CASE("grays come out of OKLab as they went in") {
  CHECK(to_srgb({0, 0, 0}) == Colour{0, 0, 0});
  CHECK(to_srgb({1, 0, 0}) == Colour{255, 255, 255});
  CHECK(to_srgb({0.627955, 0.257683, 29.2339}) == Colour{255, 0, 0});  // sRGB's red
}

TEST_CASE("a map over a picture") {
  // Two cells with centres at 1 and 3 of four pixels.
  const HeatMap map{1, 2, {1, 3}, {{0, 1}, {1, 2}}};
  CHECK(over_picture(map, 1, 4).values == std::vector<float>{1, 1, 2, 3});
  CHECK(peak(map).column == 3);
  // One cell of one pixel fades away on both sides.
  const HeatMap one{1, 1, {2}, {{0, 1}, {3, 1}}};
  CHECK(over_picture(one, 1, 6).values == std::vector<float>{0, 0, 1, 2, 1, 0});
  const HeatMap pixels{1, 2, {0, 1}};
  CHECK(over_picture(pixels, 1, 2, 2).values ==
        std::vector<float>{0, 0.25F, 0.75F, 1, 0, 0.25F, 0.75F, 1});
  CHECK(says(shape_error_of([] { over_picture({}, 2, 2); }), "0 x 0"));
}

TEST_CASE("a figure shows picture, map and legend") {
  const Image picture{4, 4, 1, std::vector<std::uint8_t>(16, 100)};
  HeatMap map{4, 4, std::vector<float>(16, 0.0F)};
  map.values[5] = 2;
  const Image image = figure(picture, map, Shown::amounts_over_picture);
  CHECK(image.channels == 3);
  CHECK(image.height == 320);
  const auto pixel = [&](int row, int column) {
    const std::size_t at = 3 * (static_cast<std::size_t>(row) * image.width + column);
    return Colour{image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]};
  };
  CHECK(pixel(310, 10) == Colour{100, 100, 100});         // the picture
  CHECK(pixel(310, 330 + 310) == Colour{100, 100, 100});  // nothing over it
  CHECK(pixel(120, 330 + 120) != Colour{100, 100, 100});
  CHECK(pixel(0, 665) == heat_colour(1));
  CHECK(pixel(319, 665) == heat_colour(0));
  // A map of zeros has no colours, in either scale.
  map.values[5] = 0;
  for (const Shown shown : {Shown::amounts_over_picture, Shown::signs_over_picture}) {
    const Image plain = figure(picture, map, shown);
    CHECK(plain.pixels[3 * (330 + 50)] == 100);
  }
}

TEST_CASE("channels side by side") {
  const std::unique_ptr<Device> device = make_cpu_device(1);
  // Channel 0 is 0, 10, 20, 30; channel 1 is the same everywhere.
  const std::vector<float> values = {0, 5, 10, 5, 20, 5, 30, 5};
  const Tensor<float> map = Tensor<float>::from_host(*device, {1, 2, 2, 2}, values);
  const Image grid = channel_grid(map, 9);
  CHECK(grid.channels == 1);
  CHECK(grid.height == 80);
  CHECK(grid.width == 162);
  const auto at = [&](int row, int column) {
    return grid.pixels[static_cast<std::size_t>(row * grid.width + column)];
  };
  CHECK(at(0, 0) == 0);
  CHECK(at(0, 79) == 85);
  CHECK(at(79, 79) == 255);
  CHECK(at(40, 81) == 200);
  CHECK(at(40, 120) == 0);
  CHECK(channel_grid(map, 1).width == 80);
  CHECK(says(shape_error_of([&] { channel_grid(map, 0); }), "0 channels"));
}

}  // namespace nanopneumo::test

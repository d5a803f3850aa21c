#include <doctest/doctest.h>

#include <cmath>

#include "tests/kernels/conformance.h"
#include "tests/kernels/shapes.h"

namespace nanopneumo::test {
namespace {

Preprocessing any_preprocessing(CaseRandom& random) {
  static const Preprocessing kAll[] = {kNoPreprocessing, kUnitPreprocessing, kTfPreprocessing,
                                       kTorchPreprocessing, kCaffePreprocessing};
  Preprocessing p = kAll[random.integer(0, 4)];
  p.channels = random.integer(1, 3);
  return p;
}

std::int64_t output_size(const ImageDims& d, const Preprocessing& p) {
  return std::int64_t{d.N} * d.H * d.W * p.channels;
}

/// One level of input in units of the output.
double level(const Preprocessing& p) { return 1 / p.divisor / p.deviation[1]; }

ImageDims image_dims(int index, CaseRandom& random) {
  const int C = index % 2 ? 3 : 1;
  if (index < 2) return {1, 1, 1, C};
  if (index < 4) return {2, 1, 9, C};
  if (index < 6) return {1, 13, 1, C};
  return {random.integer(1, 3), random.integer(1, 30), random.integer(1, 30), C};
}

TEST_CASE("normalize_image agrees with the reference") {
  conformance("normalize_image", kCases, [](Case& c) {
    const ImageDims d = image_dims(c.index, c.random);
    const Preprocessing p = any_preprocessing(c.random);
    const auto x = c.random.bytes(d.size());
    c.check(str(d), [&](auto& call) {
      call.ops().normalize_image(call.stream(), d, p, call.in_bytes(x),
                                 call.out("y", output_size(d, p), {.relative = 3e-7}));
    });
  });
}

/// What ImageDataGenerator would draw, each part left out in some cases.
ImageTransform random_transform(CaseRandom& random) {
  ImageTransform t;
  if (random.coin()) t.theta = random.uniform(-40, 40);
  if (random.coin()) t.tx = random.uniform(-8, 8);
  if (random.coin()) t.ty = random.uniform(-8, 8);
  if (random.coin()) t.shear = random.uniform(-15, 15);
  if (random.coin()) t.zx = random.uniform(0.7, 1.3);
  if (random.coin()) t.zy = random.uniform(0.7, 1.3);
  t.flip_horizontal = random.coin();
  t.flip_vertical = random.coin();
  return t;
}

// Without brightness the levels are continuous: a ten-thousandth of a level is allowed.
TEST_CASE("augment_image agrees with the reference") {
  conformance("augment_image", kCases, [](Case& c) {
    const ImageDims d = image_dims(c.index, c.random);
    const Preprocessing p = any_preprocessing(c.random);
    const auto x = c.random.bytes(d.size());
    std::vector<ImageTransform> transforms;
    for (int n = 0; n < d.N; ++n) transforms.push_back(random_transform(c.random));
    c.check(str(d), [&](auto& call) {
      call.ops().augment_image(
          call.stream(), d, p, transforms.data(), call.in_bytes(x),
          call.out("y", output_size(d, p), {.relative = 3e-7, .absolute = 1e-4 * level(p)}));
    });
  });
}

// Brightness truncates twice to whole levels, so a rounding difference can become up to two levels
// (one before the multiplication by up to 1.2); at most one value in 10,000 may differ at all.
TEST_CASE("augment_image with brightness agrees with the reference on all but a few pixels") {
  long long values = 0, different = 0;
  conformance("augment_image, brightness", kCases, [&](Case& c) {
    const ImageDims d = image_dims(c.index, c.random);
    const auto x = c.random.bytes(d.size());
    std::vector<ImageTransform> transforms;
    for (int n = 0; n < d.N; ++n) {
      transforms.push_back(random_transform(c.random));
      transforms.back().has_brightness = true;
      if (c.random.coin()) transforms.back().brightness = c.random.uniform(0.8, 1.2);
    }
    const auto body = [&](auto& call) {
      call.ops().augment_image(call.stream(), d, Preprocessing{}, transforms.data(),
                               call.in_bytes(x),
                               call.out("y", output_size(d, {}), {.absolute = 2}));
    };
    c.check(str(d), body);
    const auto expected = run_on(reference_device(), 0, body).outputs.at("y").values;
    const auto got = c.run(body).outputs.at("y").values;
    for (std::size_t i = 0; i < got.size(); ++i) different += !(got[i] == expected[i]);
    values += static_cast<long long>(got.size());
  });
  CHECK(values > 100000);
  CHECK_MESSAGE(different * 10000 <= values, different, " of ", values, " values differ");
}

}  // namespace
}  // namespace nanopneumo::test

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "io/dataset_parts.h"
#include "io/gray.h"
#include "io/perceptual_hash.h"
#include "io/phantoms.h"
#include "io/picture_facts.h"
#include "io/resize.h"
#include "tests/support/cases.h"

namespace nanopneumo::test {
namespace {

Image changed(Image image, double gain, double offset) {
  for (std::uint8_t& pixel : image.pixels)
    pixel = static_cast<std::uint8_t>(std::clamp(gain * pixel + offset, 0.0, 255.0));
  return image;
}

Image mirrored(Image image) {
  for (int y = 0; y < image.height; ++y)
    std::reverse(image.pixels.begin() + y * image.width,
                 image.pixels.begin() + (y + 1) * image.width);
  return image;
}

PerceptualHash random_hash(std::mt19937_64& random) {
  return {{random(), random(), random(), random()}};
}

PerceptualHash flipped(PerceptualHash hash, int count, std::mt19937_64& random) {
  std::vector<int> bits(256);
  for (int i = 0; i < 256; ++i) bits[static_cast<std::size_t>(i)] = i;
  std::ranges::shuffle(bits, random);
  for (int i = 0; i < count; ++i) {
    const int bit = bits[static_cast<std::size_t>(i)];
    hash.bits[static_cast<std::size_t>(bit / 64)] ^= std::uint64_t{1} << (bit % 64);
  }
  return hash;
}

}  // namespace

TEST_CASE("scaling, gain and offset leave a picture's hash near, another picture's is far") {
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Image image = phantom(224, 224, static_cast<int>(i % 2), 5, i);
    const PerceptualHash hash = perceptual_hash(image);
    CHECK(distance(hash, perceptual_hash(image)) == 0);
    CHECK(distance(hash, perceptual_hash(to_rgb(image))) == 0);
    CHECK(distance(hash, perceptual_hash(changed(image, 0.8, 20))) <= kNearDistance);
    for (const int side : {150, 448})
      CHECK(distance(hash, perceptual_hash(resize(image, side, side, Interpolation::bilinear))) <=
            kNearDistance);
    CHECK(distance(hash, perceptual_hash(phantom(224, 224, static_cast<int>(i % 2), 5, i + 100))) >
          kNearDistance);
    CHECK(distance(hash, perceptual_hash(mirrored(image))) > kNearDistance);
    count_cases(7);
  }
}

TEST_CASE("a picture of one brightness has a hash too") {
  const Image black{10, 20, 1, std::vector<std::uint8_t>(200, 0)};
  const Image one{1, 1, 1, {255}};
  CHECK(distance(perceptual_hash(black), perceptual_hash(black)) == 0);
  CHECK(distance(perceptual_hash(one), perceptual_hash(one)) == 0);
  count_cases(2);
}

TEST_CASE("near duplicates are those that comparing all pairs finds") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20; ++round) {
    std::vector<PerceptualHash> hashes;
    for (int i = 0; i < 40; ++i) {
      const PerceptualHash hash = random_hash(random);
      hashes.push_back(hash);
      if (i % 4 == 0) hashes.push_back(flipped(hash, static_cast<int>(random() % 25), random));
      if (i % 10 == 0) hashes.push_back(hash);
    }
    std::ranges::shuffle(hashes, random);
    std::vector<std::size_t> set(hashes.size());
    for (std::size_t i = 0; i < set.size(); ++i) set[i] = i;
    for (std::size_t a = 0; a < hashes.size(); ++a)
      for (std::size_t b = 0; b < a; ++b)
        if (distance(hashes[a], hashes[b]) <= kNearDistance) {
          const std::size_t from = std::max(set[a], set[b]), to = std::min(set[a], set[b]);
          std::ranges::replace(set, from, to);
        }
    std::vector<std::vector<std::size_t>> expected;
    for (std::size_t first = 0; first < set.size(); ++first) {
      std::vector<std::size_t> members;
      for (std::size_t i = 0; i < set.size(); ++i)
        if (set[i] == first) members.push_back(i);
      if (members.size() > 1) expected.push_back(members);
    }
    CHECK_FALSE(expected.empty());
    CHECK(near_duplicates(hashes) == expected);
    count_cases();
  }
}

TEST_CASE("the distance at which pictures stop to be near is exact") {
  std::mt19937_64 random(8);
  for (int flips = kNearDistance - 1; flips <= kNearDistance + 2; ++flips)
    for (int round = 0; round < 200; ++round) {
      const PerceptualHash hash = random_hash(random);
      const std::vector<PerceptualHash> two{hash, flipped(hash, flips, random)};
      REQUIRE(near_duplicates(two).size() == (flips <= kNearDistance ? 1 : 0));
      count_cases();
    }
}

TEST_CASE("measures of small pictures, by hand") {
  const PictureMeasures gray = measure({1, 4, 1, {0, 0, 100, 100}});
  CHECK(gray.height == 1);
  CHECK(gray.width == 4);
  CHECK(gray.gray);
  CHECK(gray.brightness == 50);
  CHECK(gray.contrast == 50);
  CHECK(gray.colour == 0);
  const PictureMeasures colour = measure({1, 2, 3, {10, 20, 40, 7, 7, 7}});
  CHECK_FALSE(colour.gray);
  CHECK(colour.brightness == doctest::Approx(91.0 / 6));
  CHECK(colour.colour == 15);  // (30 + 0) / 2
  CHECK(to_gray({1, 1, 3, {10, 20, 40}}).pixels ==
        std::vector<std::uint8_t>{19});  // 0.299 * 10 + 0.587 * 20 + 0.114 * 40 = 19.29
  count_cases(10);
}

TEST_CASE("different pictures of the published data are far from near") {
  const auto folder = shared_data("chest_xray_224");
  if (!folder) return;
  const DatasetParts found = find_dataset_parts(*folder);
  std::vector<PerceptualHash> hashes;
  for (const DatasetPart& part : found.parts)
    for (const PictureFacts& facts : picture_facts(part.files, 2)) hashes.push_back(facts.look);
  int closest = 256;
  for (std::size_t a = 0; a < hashes.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (const int apart = distance(hashes[a], hashes[b]); apart > 0)
        closest = std::min(closest, apart);
  MESSAGE("the closest two are " << closest << " bits apart");
  CHECK(closest > 2 * kNearDistance);
  count_cases();
}

}  // namespace nanopneumo::test

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <thread>

#include "io/image_set.h"
#include "io/image_write.h"
#include "tests/io/known_pictures.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/heap_bytes.h"

namespace nanopneumo::test {
namespace {

std::vector<LabelledFile> write_gray(const TemporaryFolder& folder, int count) {
  std::vector<LabelledFile> files;
  for (int i = 0; i < count; ++i) {
    files.push_back({folder.path() / fmt::format("{:02}.png", i), i % 2});
    write_png(files.back().path, formula_gray(5 + i, 30 - i));
  }
  return files;
}

ImageSet load(const std::vector<LabelledFile>& files, int threads) {
  return load_images(files, 12, 10, Interpolation::bilinear, threads);
}

}  // namespace

TEST_CASE("pictures are loaded in order, alike for any number of threads") {
  const TemporaryFolder folder;
  const std::vector<LabelledFile> files = write_gray(folder, 17);
  const ImageSet one = load(files, 1);
  CHECK(one.channels == 1);
  REQUIRE(one.size() == 17);
  for (std::int64_t i = 0; i < one.size(); ++i) {
    const Image expected = resize(formula_gray(5 + static_cast<int>(i), 30 - static_cast<int>(i)),
                                  12, 10, Interpolation::bilinear);
    CHECK(std::vector(one.image(i).begin(), one.image(i).end()) == expected.pixels);
    CHECK(one.labels[static_cast<std::size_t>(i)] == i % 2);
    CHECK(one.names[static_cast<std::size_t>(i)] == files[static_cast<std::size_t>(i)].path);
  }
  for (const int threads : {0, 2, 3, 8, 40}) {
    CHECK(load(files, threads).pixels == one.pixels);
    count_cases();
  }
  CHECK(load({}, 2).size() == 0);
}

TEST_CASE("one coloured picture makes the whole set RGB") {
  const TemporaryFolder folder;
  std::vector<LabelledFile> files = write_gray(folder, 4);
  const ImageSet gray = load(files, 1);
  write_png(files[2].path, formula_rgb(12, 10));
  for (const int threads : {1, 3}) {
    const ImageSet set = load(files, threads);
    CHECK(set.channels == 3);
    REQUIRE(set.pixels.size() == 4 * 12 * 10 * 3);
    CHECK(std::vector(set.image(2).begin(), set.image(2).end()) == formula_rgb(12, 10).pixels);
    for (std::size_t i = 0; i < 120; ++i)
      for (std::size_t c = 0; c < 3; ++c) CHECK(set.image(3)[i * 3 + c] == gray.image(3)[i]);
    count_cases();
  }
}

TEST_CASE("pictures with colour may come first, last or between others, on any number of threads") {
  const TemporaryFolder folder;
  const std::vector<LabelledFile> gray = write_gray(folder, 12);
  for (const std::set<std::size_t>& coloured :
       std::vector<std::set<std::size_t>>{{0}, {11}, {5, 6}, {0, 4, 11}}) {
    std::vector<LabelledFile> files = gray;
    std::vector<std::uint8_t> expected;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (coloured.contains(i)) {
        files[i].path = folder.path() / fmt::format("colour-{}.png", i);
        write_png(files[i].path, formula_rgb(20 + static_cast<int>(i), 15));
      }
      const Image image = resize(read_image(files[i].path), 12, 10, Interpolation::bilinear);
      for (const std::uint8_t value : image.pixels)
        expected.insert(expected.end(), coloured.contains(i) ? 1 : 3, value);
    }
    for (const int threads : {1, 2, 8}) {
      const ImageSet set = load(files, threads);
      CHECK(set.channels == 3);
      CHECK(std::ranges::equal(set.pixels, expected));
      count_cases();
    }
  }
}

TEST_CASE("pictures with colour lie in the set's memory as soon as they are read") {
  const TemporaryFolder folder;
  constexpr int kCount = 40, kSide = 500;
  const std::filesystem::path path = folder.path() / "colour.png";
  write_png(path, formula_rgb(20, 15));
  const std::vector<LabelledFile> files(kCount, {path, 0});
  const std::size_t before = heap_bytes();
  std::size_t most = 0;
  load_images(files, kSide, kSide, Interpolation::nearest, 1,
              [&](std::int64_t, std::int64_t) { most = std::max(most, heap_bytes()); });
#if defined(__SANITIZE_ADDRESS__)
  (void)before;
  skip_cases(1, "the heap cannot be asked under a sanitizer");
#else
  CHECK(most - before < std::size_t{kCount} * kSide * kSide * 3 * 5 / 4);
  count_cases();
#endif
}

TEST_CASE("the first bad file in order is reported, whatever the number of threads") {
  const TemporaryFolder folder;
  const std::vector<LabelledFile> files = write_gray(folder, 20);
  for (const int bad : {19, 13, 7}) {
    folder.file(files[static_cast<std::size_t>(bad)].path.filename(), "no picture");
    for (const int threads : {1, 2, 4, 16}) {
      const std::string message = input_error_of([&] { load(files, threads); });
      CHECK(contains(message, fmt::format("{:02}.png is no picture", bad)));
      count_cases();
    }
  }
}

TEST_CASE("progress rises to the total on the calling thread, and its exceptions end the loading") {
  const TemporaryFolder folder;
  const std::vector<LabelledFile> files = write_gray(folder, 9);
  const auto caller = std::this_thread::get_id();
  std::int64_t last = 0;
  load_images(files, 8, 8, Interpolation::nearest, 3, [&](std::int64_t done, std::int64_t total) {
    CHECK(std::this_thread::get_id() == caller);
    CHECK(total == 9);
    CHECK(done > last);
    last = done;
  });
  CHECK(last == 9);
  const auto stop = [](std::int64_t, std::int64_t) { throw std::runtime_error("interrupted"); };
  CHECK_THROWS_AS(load_images(files, 8, 8, Interpolation::nearest, 3, stop), std::runtime_error);
  count_cases(2);
}

TEST_CASE("pictures that cannot fit into memory end in a sentence") {
  const std::vector<LabelledFile> files(16, {"x.png", 0});
  constexpr int kSide = std::numeric_limits<int>::max();
  const std::string message =
      input_error_of([&] { load_images(files, kSide, kSide, Interpolation::nearest, 1); });
  CHECK(contains(message, "do not fit into memory"));
  count_cases();
}

TEST_CASE("chest X-rays stored as RGB are loaded with one channel") {
  const auto folder = shared_data("chest_xray_224");
  if (!folder) return;
  const DatasetFiles files = find_dataset(*folder, {});
  const auto some = std::span(files.train).subspan(1200, 200);
  const ImageSet one = load_images(some, 250, 250, Interpolation::nearest, 1);
  CHECK(one.channels == 1);
  CHECK(load_images(some, 250, 250, Interpolation::nearest, 4).pixels == one.pixels);
  count_cases();
}

}  // namespace nanopneumo::test

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "io/dataset_files.h"
#include "io/phantoms.h"
#include "tensor/errors.h"
#include "tests/io/messages.h"
#include "tests/io/temporary_folder.h"
#include "tests/support/cases.h"
#include "tests/support/file_content.h"

namespace nanopneumo::test {
namespace {

double mean_of(std::span<const std::uint8_t> pixels) {
  return std::accumulate(pixels.begin(), pixels.end(), 0.0) / static_cast<double>(pixels.size());
}

/// The best accuracy of any threshold on `scores`, in either direction, chosen with the labels
/// known.
double best_threshold_accuracy(const std::vector<double>& scores,
                               const std::vector<std::uint8_t>& labels) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return scores[i]; });
  const auto n = static_cast<double>(order.size());
  double right = static_cast<double>(std::ranges::count(labels, 1));  // all called positive
  double best = std::max(right, n - right);
  for (const std::size_t i : order) {  // this one and all below it are called negative
    right += labels[i] ? -1 : 1;
    best = std::max({best, right, n - right});
  }
  return best / n;
}

}  // namespace

TEST_CASE("phantoms depend on their seed, stream and index alone") {
  const ImageSet one = make_phantoms(10, 40, 56, 5, 1, 1);
  CHECK(one.size() == 10);
  CHECK(one.channels == 1);
  CHECK(one.names[7] == "phantom-000007");
  CHECK(std::ranges::count(one.labels, 1) == 5);
  for (const int threads : {2, 3, 16})
    CHECK(make_phantoms(10, 40, 56, 5, 1, threads).pixels == one.pixels);
  CHECK(phantom(40, 56, 1, 5, (std::uint64_t{1} << 32) + 3).pixels ==
        std::vector(one.image(3).begin(), one.image(3).end()));
  CHECK(make_phantoms(10, 40, 56, 6, 1, 1).pixels != one.pixels);
  CHECK(make_phantoms(10, 40, 56, 5, 2, 1).pixels != one.pixels);
  count_cases(6);
}

TEST_CASE("phantoms of any size from 16 on can be drawn") {
  for (const auto& [height, width] : {std::pair{16, 16}, {17, 300}, {300, 17}, {101, 99}}) {
    const Image image = phantom(height, width, 1, 1, 2);
    CHECK(image.pixels.size() == std::size_t{1} * height * width);
    const auto [low, high] = std::ranges::minmax(image.pixels);
    CHECK(high - low > 60);
    count_cases();
  }
  CHECK_THROWS_AS(phantom(15, 16, 1, 1, 2), ShapeError);
  CHECK_THROWS_AS(phantom(16, 16, 2, 1, 2), ShapeError);
}

TEST_CASE("neither mean nor contrast of a phantom tells its class") {
  const ImageSet set = make_phantoms(1000, 64, 64, 3, 0, 2);
  std::vector<double> means, deviations;
  for (std::int64_t i = 0; i < set.size(); ++i) {
    const double mean = mean_of(set.image(i));
    double squares = 0;
    for (const std::uint8_t pixel : set.image(i)) squares += (pixel - mean) * (pixel - mean);
    means.push_back(mean);
    deviations.push_back(std::sqrt(squares));
  }
  CHECK(best_threshold_accuracy(means, set.labels) < 0.6);
  CHECK(best_threshold_accuracy(deviations, set.labels) < 0.6);
  count_cases(2);
}

TEST_CASE("opacities lie in the picture, and the phantom is brighter there than without them") {
  int brighter = 0, opacities = 0;
  constexpr int kSide = 128;
  for (std::uint64_t index = 0; index < 100; ++index) {
    CHECK(phantom_opacities(kSide, kSide, 0, 9, index).empty());
    const auto found = phantom_opacities(kSide, kSide, 1, 9, index);
    CHECK(found.size() >= 1);
    CHECK(found.size() <= 3);
    const Image with = phantom(kSide, kSide, 1, 9, index),
                without = phantom(kSide, kSide, 0, 9, index);
    const double shift = mean_of(with.pixels) - mean_of(without.pixels);
    for (const Opacity& opacity : found) {
      const int row = static_cast<int>(std::lround(opacity.row));
      const int column = static_cast<int>(std::lround(opacity.column));
      REQUIRE(row >= 3);
      REQUIRE(row < kSide - 3);
      REQUIRE(column >= 3);
      REQUIRE(column < kSide - 3);
      CHECK(opacity.radius_rows > 5);
      CHECK(opacity.radius_columns > 3);
      CHECK(opacity.radius_rows < kSide / 3);
      double difference = 0;
      for (int y = row - 2; y <= row + 2; ++y)
        for (int x = column - 2; x <= column + 2; ++x)
          difference += with.pixels[y * kSide + x] - without.pixels[y * kSide + x] - shift;
      brighter += difference > 0;
      ++opacities;
    }
  }
  CHECK(brighter > opacities * 95 / 100);
  count_cases(opacities);
}

TEST_CASE("opacities scale with the picture") {
  const auto small = phantom_opacities(50, 80, 1, 4, 11),
             large = phantom_opacities(150, 160, 1, 4, 11);
  REQUIRE(small.size() == large.size());
  for (std::size_t i = 0; i < small.size(); ++i) {
    CHECK((large[i].row + 0.5) / 150 == doctest::Approx((small[i].row + 0.5) / 50));
    CHECK((large[i].column + 0.5) / 160 == doctest::Approx((small[i].column + 0.5) / 80));
    CHECK(large[i].radius_rows == doctest::Approx(3 * small[i].radius_rows));
    CHECK(large[i].radius_columns == doctest::Approx(2 * small[i].radius_columns));
    count_cases();
  }
}

TEST_CASE("written phantoms are a data set that says it is synthetic") {
  const TemporaryFolder folder;
  const auto target = folder.path() / "new" / "phantoms";
  write_phantoms(target, 20, 24, 32, 8, 2);
  CHECK(contains(file_content(target / "PHANTOMS.txt"), "synthetic"));
  const DatasetFiles files = find_dataset(target, {});
  CHECK(files.classes == std::vector<std::string>{"NORMAL", "PNEUMONIA"});
  CHECK(files.train.size() == 16);
  CHECK(files.validation.size() == 4);
  const ImageSet drawn = make_phantoms(20, 24, 32, 8, 0, 1);
  for (const LabelledFile& file : files.train) {
    const auto number = std::stoll(file.path.stem().string().substr(8));
    const auto expected = drawn.image(number);
    CHECK(read_image(file.path).pixels == std::vector(expected.begin(), expected.end()));
    CHECK(drawn.labels[static_cast<std::size_t>(number)] == file.label);
  }
  const auto error = [&](const std::filesystem::path& path, std::int64_t count, int side) {
    return input_error_of([&] { write_phantoms(path, count, side, side, 8); });
  };
  CHECK(contains(error(target, 20, 32), "is not an empty folder"));
  CHECK(contains(error(folder.file("file"), 20, 32), "is not an empty folder"));
  CHECK(contains(error(folder.path() / "a", 9, 32), "choose from 10"));
  CHECK(contains(error(folder.path() / "a", 20, 15), "choose sides from 16"));
  CHECK(contains(error(folder.path() / "file" / "a", 20, 32), "cannot be created"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "a"));
  count_cases(6);
}

}  // namespace nanopneumo::test

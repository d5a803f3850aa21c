// Temperature scaling, and several looks at one picture.
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "io/phantoms.h"
#include "layers/random_streams.h"
#include "tests/support/cases.h"
#include "train/calibration.h"
#include "train/temperature.h"
#include "train/test_time.h"

namespace nanopneumo::test {
namespace {

/// Logits with labels that are drawn with probability sigmoid(logit / temperature).
void draw(double temperature, int n, std::vector<double>& logits,
          std::vector<std::uint8_t>& labels) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(0, 3);
  std::uniform_real_distribution<double> uniform;
  for (int i = 0; i < n; ++i) {
    logits.push_back(normal(random));
    labels.push_back(uniform(random) < probability(logits.back() / temperature));
  }
}

double loss_at(const std::vector<double>& logits, const std::vector<std::uint8_t>& labels,
               double temperature) {
  return log_loss(scaled_probabilities(logits, temperature), labels);
}

}  // namespace

TEST_CASE("The temperature is the one that labels were drawn with") {
  for (const double truth : {0.4, 1.0, 2.5}) {
    std::vector<double> logits;
    std::vector<std::uint8_t> labels;
    draw(truth, 20000, logits, labels);
    const double t = fit_temperature(logits, labels).value();
    CHECK(std::abs(t / truth - 1) < 0.05);
    for (const double other : {0.99 * t, 1.01 * t, truth})
      CHECK(loss_at(logits, labels, t) <= loss_at(logits, labels, other));
    count_cases();
  }
}

TEST_CASE("Temperatures of sets that have none stay within bounds") {
  const std::vector<std::uint8_t> labels{0, 1, 0, 1};
  CHECK(fit_temperature(std::vector<double>{-1, 2, -3, 4}, labels) == kLowestTemperature);
  CHECK(fit_temperature(std::vector<double>{1, -2, 3, -4}, labels) == kHighestTemperature);
  CHECK(fit_temperature(std::vector<double>{0, 0, 0, 0}, labels) == kHighestTemperature);
  CHECK_FALSE(fit_temperature(std::vector<double>{1, 2}, std::vector<std::uint8_t>{1, 1}));
  CHECK_FALSE(fit_temperature(std::vector<double>{1, 2}, std::vector<std::uint8_t>{0, 0}));
  const auto scaled = scaled_probabilities(std::vector<double>{-800, 0, 800}, 0.05);
  CHECK(scaled == std::vector<double>{0, 0.5, 1});
  count_cases(6);
}

TEST_CASE("A picture's versions are scored as the transformed pictures") {
  const auto device = make_cpu_device(1);
  const Network network(find_architecture("cnn"), {46, 46, 3}, {}, *device, 3);
  const ImageSet images = make_phantoms(5, 46, 46, 1, kPhantomStream, 1);
  const TestTimeAugmentation augmentation{.versions = 4, .ranges = paper_augmentation(), .seed = 5};
  const auto transforms = augmentation.transforms(46, 46);
  REQUIRE(transforms.size() == 3);
  std::vector<double> expected = scaled_probabilities(score_images(network, images, 2), 2);
  Batches batches(*device, images, network.architecture().preprocessing);
  for (const ImageTransform& transform : transforms)
    for (std::int64_t i = 0; i < images.size(); ++i) {
      const std::vector<std::int64_t> one{i};
      const float logit = network.logits(batches.transformed(one, {{transform}})).front();
      expected[static_cast<std::size_t>(i)] += probability(logit / 2.0);
    }
  std::int64_t last = 0, total = 0;
  const auto found = mean_probabilities(network, images, 2, augmentation, 2,
                                        [&](std::int64_t done, std::int64_t all) {
                                          CHECK(done > last);
                                          last = done;
                                          total = all;
                                          return true;
                                        });
  CHECK(last == 20);
  CHECK(total == 20);
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK_FALSE(!(std::abs(found[i] - expected[i] / 4) < 1e-6));
  CHECK(mean_probabilities(network, images, 2, {}, 1) ==
        scaled_probabilities(score_images(network, images, 2), 1));
  CHECK_THROWS_AS(batches.transformed(std::vector<std::int64_t>{0, 1}, transforms), ShapeError);
  count_cases(3);
}

}  // namespace nanopneumo::test

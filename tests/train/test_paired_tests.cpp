// Tests between classifiers, thresholds, reliability and the bootstrap.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tensor/errors.h"
#include "tests/support/cases.h"
#include "tests/support/golden_json.h"
#include "train/bootstrap.h"
#include "train/calibration.h"
#include "train/delong.h"
#include "train/metrics.h"
#include "train/roc.h"

namespace nanopneumo::test {
namespace {

using Labels = std::vector<std::uint8_t>;
using Scores = std::vector<double>;

bool near(double a, double b, double tolerance = 1e-12) { return std::abs(a - b) <= tolerance; }

struct ScoredPair {
  Labels labels;
  Scores first, second;
};

/// `levels` distinct scores: few make ties.
ScoredPair random_pair(std::mt19937& random, int n, int levels) {
  ScoredPair pair;
  for (int i = 0; i < n; ++i) {
    const bool positive = i < 2 || (i >= 4 && random() % 2);
    pair.labels.push_back(positive);
    const auto score = [&] {
      return static_cast<double>(random() % levels + (positive ? levels / 3 : 0)) / (2.0 * levels);
    };
    pair.first.push_back(score());
    pair.second.push_back(score());
  }
  return pair;
}

/// The covariance of the two AUCs as the paper defines it (equations 5 to 7), over all pairs of
/// images.
struct Covariance {
  double first = 0, second = 0, both = 0;
};

Covariance covariance_of(const ScoredPair& pair) {
  const auto wins = [](double positive, double negative) {
    return positive > negative ? 1.0 : positive == negative ? 0.5 : 0.0;
  };
  Covariance sum;
  for (const std::uint8_t side : {1, 0}) {
    std::vector<double> a, b;
    for (std::size_t i = 0; i < pair.labels.size(); ++i) {
      if (pair.labels[i] != side) continue;
      double won_a = 0, won_b = 0, others = 0;
      for (std::size_t j = 0; j < pair.labels.size(); ++j) {
        if (pair.labels[j] == side) continue;
        ++others;
        won_a += side ? wins(pair.first[i], pair.first[j]) : wins(pair.first[j], pair.first[i]);
        won_b += side ? wins(pair.second[i], pair.second[j]) : wins(pair.second[j], pair.second[i]);
      }
      a.push_back(won_a / others);
      b.push_back(won_b / others);
    }
    double mean_a = 0, mean_b = 0;
    const auto n = static_cast<double>(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      mean_a += a[i] / n;
      mean_b += b[i] / n;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
      sum.first += (a[i] - mean_a) * (a[i] - mean_a) / (n - 1) / n;
      sum.second += (b[i] - mean_b) * (b[i] - mean_b) / (n - 1) / n;
      sum.both += (a[i] - mean_a) * (b[i] - mean_b) / (n - 1) / n;
    }
  }
  return sum;
}

const ScoredPair kNine{{0, 0, 0, 0, 1, 1, 1, 1, 1},
                       {.1, .4, .35, .8, .3, .6, .7, .9, .95},
                       {.2, .1, .7, .7, .5, .7, .4, .6, .8}};

}  // namespace

TEST_CASE("DeLong's test agrees with NumPy on a small set") {
  const auto test = delong_test(kNine.first, kNine.second, kNine.labels);
  REQUIRE(test.has_value());
  CHECK(near(test->difference, 0.1));
  CHECK(near(test->standard_error, 0.19472202409246536));
  CHECK(near(test->p_value, 0.6075648328123765));
  const auto reversed = delong_test(kNine.second, kNine.first, kNine.labels);
  CHECK(near(reversed->difference, -0.1));
  CHECK(near(reversed->p_value, test->p_value));
  count_cases(2);
}

TEST_CASE("DeLong's test on the 624 images of the fixture") {
  const auto path = shared_data("goldens/metrics/metrics.json", 1);
  if (!path) return;
  const nlohmann::json json = load_json(*path);
  const auto& golden = json["cases"].back();
  Labels labels;
  for (const char digit : golden["labels"].get<std::string>()) labels.push_back(digit == '1');
  const auto test = delong_test(golden["scores"].get<Scores>(),
                                json["mcnemar_from_scores"]["scores_b"].get<Scores>(), labels);
  REQUIRE(test.has_value());
  CHECK(near(test->difference, 0.046175761560376949));
  CHECK(near(test->standard_error, 0.0084103690978970507));
  CHECK(near(test->p_value, 4.0116731820097218e-08, 1e-18));
  count_cases();
}

TEST_CASE("DeLong's errors are those of the paper's covariances") {
  std::mt19937 random(11);
  for (const int n : {8, 21, 150})
    for (const int levels : {4, 1000}) {
      const ScoredPair pair = random_pair(random, n, levels);
      const Covariance c = covariance_of(pair);
      const auto alone = delong(pair.first, pair.labels);
      const auto test = delong_test(pair.first, pair.second, pair.labels);
      REQUIRE(alone.has_value());
      REQUIRE(test.has_value());
      CHECK(near(alone->standard_error, std::sqrt(c.first)));
      CHECK(near(test->standard_error, std::sqrt(c.first + c.second - 2 * c.both)));
      count_cases();
    }
}

TEST_CASE("DeLong's test where there is nothing to test") {
  const Scores perfect{.1, .2, .8, .9}, wrong{.9, .8, .2, .1};
  const Labels labels{0, 0, 1, 1};
  CHECK(delong_test(perfect, perfect, labels)->p_value == 1);
  CHECK_FALSE(delong_test(perfect, wrong, labels).has_value());
  CHECK_FALSE(delong_test(perfect, wrong, Labels{0, 0, 0, 1}).has_value());
  CHECK_THROWS_AS(delong_test(perfect, Scores{.1}, labels), ShapeError);
  count_cases(4);
}

TEST_CASE("Holm's adjustment") {
  const std::vector<double> adjusted = holm_adjusted(std::vector<double>{.01, .04, .03, .005});
  const double expected[] = {.03, .06, .06, .02};
  REQUIRE(adjusted.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(near(adjusted[i], expected[i]));
  CHECK(holm_adjusted(std::vector<double>{.6, .9}) == std::vector<double>{1, 1});
  CHECK(holm_adjusted(std::vector<double>{.2}) == std::vector<double>{.2});
  CHECK(holm_adjusted({}).empty());
  CHECK_THROWS_AS(holm_adjusted(std::vector<double>{.5, std::nan("")}), ShapeError);
  count_cases(5);
}

TEST_CASE("the highest threshold that keeps a sensitivity") {
  std::mt19937 random(3);
  for (const double wanted : {0.01, 0.5, 0.95, 1.0}) {
    const ScoredPair pair = random_pair(random, 60, 17);
    const auto point = point_at_sensitivity(pair.first, pair.labels, wanted);
    REQUIRE(point.has_value());
    double highest = -1;
    for (const double threshold : pair.first)
      if (confusion_matrix(pair.first, pair.labels, threshold).sensitivity() >= wanted)
        highest = std::max(highest, threshold);
    CHECK(point->threshold == highest);
    const ConfusionMatrix at = confusion_matrix(pair.first, pair.labels, highest);
    CHECK(near(point->sensitivity, at.sensitivity().value()));
    CHECK(near(point->specificity, at.specificity().value()));
    count_cases();
  }
  CHECK_FALSE(point_at_sensitivity(Scores{.1, .2}, Labels{1, 1}, .5).has_value());
  CHECK_THROWS_AS(point_at_sensitivity(Scores{.1, .2}, Labels{0, 1}, 0), ShapeError);
  CHECK_THROWS_AS(point_at_sensitivity(Scores{.1, .2}, Labels{0, 1}, 1.1), ShapeError);
  count_cases(3);
}

TEST_CASE("a reliability curve counts each image once") {
  const std::vector<ReliabilityBin> curve =
      reliability_curve(Scores{0, .25, .5, .51, 1}, Labels{0, 1, 0, 1, 1}, 4);
  REQUIRE(curve.size() == 4);
  const std::int64_t counts[] = {2, 1, 1, 1}, positives[] = {1, 0, 1, 1};
  const double sums[] = {.25, .5, .51, 1};
  for (std::size_t b = 0; b < 4; ++b) {
    CHECK(curve[b].low == static_cast<double>(b) / 4);
    CHECK(curve[b].high == static_cast<double>(b + 1) / 4);
    CHECK(curve[b].count == counts[b]);
    CHECK(curve[b].positives == positives[b]);
    CHECK(near(curve[b].score_sum, sums[b]));
  }
  CHECK(near(curve[0].mean_score(), .125));
  CHECK(near(curve[0].positive_share(), .5));
  count_cases();
}

TEST_CASE("a bootstrap interval of a mean is that of its standard error") {
  Labels labels;
  Scores scores;
  for (int i = 0; i < 1000; ++i) {
    labels.push_back(i % 2);
    scores.push_back(i % 10 < 3 ? 1 : 0);
  }
  const auto mean = [](std::span<const double> s, std::span<const std::uint8_t>) {
    double sum = 0;
    for (const double x : s) sum += x;
    return std::optional(sum / static_cast<double>(s.size()));
  };
  const auto interval = bootstrap_interval(scores, labels, mean, {.replicates = 4000});
  REQUIRE(interval.has_value());
  const double half_width = kNormal975 * std::sqrt(.3 * .7 / 1000);
  // The 2.5 % quantile of 4000 normal replicates has a standard error of 0.042 deviations.
  CHECK(near(interval->low, .3 - half_width, 0.2 * half_width));
  CHECK(near(interval->high, .3 + half_width, 0.2 * half_width));

  const auto again = bootstrap_interval(scores, labels, mean, {.replicates = 4000});
  CHECK(interval->low == again->low);
  CHECK(interval->high == again->high);
  const auto other = bootstrap_interval(scores, labels, mean, {.replicates = 4000, .seed = 2});
  CHECK(!(interval->low == other->low && interval->high == other->high));

  const Statistic never = [](auto, auto) { return std::optional<double>(); };
  CHECK_FALSE(bootstrap_interval(scores, labels, never).has_value());
  CHECK_THROWS_AS(bootstrap_interval(scores, labels, mean, {.replicates = 39}), ShapeError);
  count_cases(4);
}

TEST_CASE("the bootstrap interval of an AUC is near NumPy's") {
  const auto path = shared_data("goldens/metrics/metrics.json", 1);
  if (!path) return;
  const nlohmann::json json = load_json(*path);
  const auto& golden = json["cases"].back();
  Labels labels;
  for (const char digit : golden["labels"].get<std::string>()) labels.push_back(digit == '1');
  const auto interval = bootstrap_interval(golden["scores"].get<Scores>(), labels, roc_auc);
  REQUIRE(interval.has_value());
  // Two sets of replicates: a few of the quantiles' standard errors, 0.001 each.
  CHECK(near(interval->low, json["delong_bootstrap_check_testset_624"][0], 0.004));
  CHECK(near(interval->high, json["delong_bootstrap_check_testset_624"][1], 0.004));
  count_cases();
}

}  // namespace nanopneumo::test

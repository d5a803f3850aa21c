// Metrics without fixture files: values that can be worked out by hand, and errors.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tensor/errors.h"
#include "tests/support/cases.h"
#include "train/calibration.h"
#include "train/delong.h"
#include "train/intervals.h"
#include "train/metrics.h"
#include "train/roc.h"

namespace nanopneumo::test {
namespace {

using Labels = std::vector<std::uint8_t>;
using Scores = std::vector<double>;

bool near(double a, double b) { return std::abs(a - b) <= 1e-12; }

bool near(std::optional<double> a, std::optional<double> b) {
  return a.has_value() == b.has_value() && (!a || near(*a, *b));
}

const Labels kFourLabels{0, 0, 1, 1};
const Scores kFourScores{0.1, 0.4, 0.35, 0.8};
const double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("figures of small sets") {
  const struct {
    const char* name;
    Labels labels;
    Scores scores;
    ConfusionMatrix confusion;  // tp, fp, tn, fn
    std::optional<double> auc, average_precision, sensitivity, specificity, precision, f1;
  } table[] = {
      {"four", kFourLabels, kFourScores, {1, 0, 2, 1}, 0.75, 5.0 / 6, 0.5, 1.0, 1.0, 2.0 / 3},
      {"perfect", {0, 1, 1}, {0.2, 0.9, 0.7}, {2, 0, 1, 0}, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0},
      {"reversed",
       {0, 1, 0, 1},
       {0.9, 0.1, 0.8, 0.2},
       {0, 2, 0, 2},
       0.0,
       5.0 / 12,
       0.0,
       0.0,
       0.0,
       0.0},
      {"all equal",
       {0, 1, 1, 0, 1, 1},
       Scores(6, 0.5),
       {4, 2, 0, 0},
       0.5,
       2.0 / 3,
       1.0,
       0.0,
       2.0 / 3,
       0.8},
      {"only positives", {1, 1}, {0.9, 0.1}, {1, 0, 0, 1}, {}, {}, 0.5, {}, 1.0, 2.0 / 3},
      {"only negatives", {0, 0}, {0.9, 0.1}, {0, 1, 1, 0}, {}, {}, {}, 0.5, 0.0, 0.0},
      {"nothing called positive", {0, 1}, {0.1, 0.2}, {0, 0, 1, 1}, 1.0, 1.0, 0.0, 1.0, {}, 0.0},
      {"one true negative", {0}, {0.1}, {0, 0, 1, 0}, {}, {}, {}, 1.0, {}, {}}};
  for (const auto& expected : table) {
    INFO(expected.name);
    const Metrics metrics = evaluate_scores(expected.scores, expected.labels);
    const ConfusionMatrix& confusion = expected.confusion;
    CHECK(metrics.confusion == confusion);
    CHECK(near(metrics.accuracy,
               static_cast<double>(confusion.true_positives + confusion.true_negatives) /
                   static_cast<double>(expected.labels.size())));
    CHECK(near(metrics.auc, expected.auc));
    CHECK(near(average_precision(expected.scores, expected.labels), expected.average_precision));
    CHECK(near(metrics.sensitivity, expected.sensitivity));
    CHECK(near(metrics.specificity, expected.specificity));
    CHECK(near(metrics.precision, expected.precision));
    CHECK(near(metrics.f1, expected.f1));
    count_cases();
  }
}

TEST_CASE("an image on the threshold is called positive") {
  CHECK(confusion_matrix(Scores{0.5}, Labels{1}) == ConfusionMatrix{1, 0, 0, 0});
  CHECK(confusion_matrix(Scores{0.5}, Labels{1}, 0.6) == ConfusionMatrix{0, 0, 0, 1});
  count_cases(2);
}

TEST_CASE("the AUC is the share of pairs in the right order") {
  std::mt19937 random(5);
  for (int n : {2, 3, 10, 101, 400})
    for (int levels : {2, 7, 1000}) {
      Scores scores;
      Labels labels;
      for (int i = 0; i < n; ++i) {
        scores.push_back(static_cast<double>(random() % levels) / levels);
        labels.push_back(static_cast<std::uint8_t>(i < 2 ? i : random() % 2));
      }
      double pairs = 0, right = 0;
      for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j)
          if (labels[i] == 1 && labels[j] == 0) {
            ++pairs;
            right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
          }
      CHECK(near(roc_auc(scores, labels), right / pairs));
      count_cases();
    }
}

TEST_CASE("the ROC curve has one point for each distinct score") {
  const std::vector<RocPoint> curve = roc_curve(Scores{0.2, 0.7, 0.7, 0.9}, Labels{0, 1, 0, 1});
  REQUIRE(curve.size() == 4);
  const RocPoint expected[] = {{kInfinity, 0, 0}, {0.9, 1, 0}, {0.7, 2, 1}, {0.2, 2, 2}};
  for (std::size_t k = 0; k < curve.size(); ++k) {
    CHECK(curve[k].threshold == expected[k].threshold);
    CHECK(curve[k].true_positives == expected[k].true_positives);
    CHECK(curve[k].false_positives == expected[k].false_positives);
  }
  count_cases();
}

TEST_CASE("Youden's threshold is the highest of the best") {
  const auto four = youden_point(kFourScores, kFourLabels);
  REQUIRE(four.has_value());
  CHECK(four->threshold == 0.8);
  CHECK(four->j == 0.5);
  CHECK(four->sensitivity == 0.5);
  CHECK(four->specificity == 1);
  CHECK(youden_point(Scores{0.9, 0.1}, Labels{0, 1})->threshold == kInfinity);
  CHECK_FALSE(youden_point(Scores{0.9, 0.1}, Labels{1, 1}).has_value());
  count_cases(3);
}

TEST_CASE("DeLong's interval") {
  const auto four = delong(kFourScores, kFourLabels);
  REQUIRE(four.has_value());
  CHECK(near(four->standard_error, 0.3535533905932738));
  CHECK(near(four->interval95.low, 0.05704808782516102));
  CHECK(near(four->interval95.high, 1.442951912174839));
  CHECK_FALSE(delong(Scores{0.1, 0.2, 0.3}, Labels{0, 0, 1}).has_value());
  count_cases(2);
}

TEST_CASE("calibration of small sets") {
  CHECK(near(brier_score(kFourScores, kFourLabels), 0.158125));
  CHECK(near(log_loss(kFourScores, kFourLabels), 0.47228795380917615));
  CHECK(near(expected_calibration_error(kFourScores, kFourLabels), 0.1375));
  // A certain and wrong score costs log(2^52), not infinity.
  CHECK(near(log_loss(Scores{0}, Labels{1}), 52 * std::log(2.0)));
  CHECK(near(log_loss(Scores{1}, Labels{0}), 52 * std::log(2.0)));
  // 0.5 belongs to the bin (0, 1/2], so the two errors of opposite sign cancel.
  CHECK(near(expected_calibration_error(Scores{0.5, 0.5}, Labels{0, 1}, 2), 0));
  CHECK(near(expected_calibration_error(Scores{0.5, 0.75}, Labels{1, 0}, 2), 0.625));
  CHECK_THROWS_AS(expected_calibration_error(kFourScores, kFourLabels, 0), ShapeError);
  count_cases(8);
}

TEST_CASE("Wilson's interval and McNemar's test") {
  const struct {
    std::int64_t successes, n;
    Interval expected;
  } wilson[] = {{582, 624, {0.9102682872185122, 0.9498214574350325}},
                {0, 10, {0, 0.27753279986288926}},
                {10, 10, {0.7224672001371109, 1}},
                {7, 16, {0.23098652405492354, 0.6682144360118811}}};
  for (const auto& [successes, n, expected] : wilson) {
    const Interval interval = wilson_interval(successes, n);
    CHECK(near(interval.low, expected.low));
    CHECK(near(interval.high, expected.high));
  }
  CHECK_THROWS_AS(wilson_interval(0, 0), ShapeError);
  CHECK_THROWS_AS(wilson_interval(3, 2), ShapeError);
  CHECK_THROWS_AS(wilson_interval(-1, 2), ShapeError);

  CHECK(mcnemar_exact(0, 0) == 1);
  CHECK(mcnemar_exact(1, 0) == 1);
  CHECK(mcnemar_exact(5, 5) == 1);
  CHECK(near(mcnemar_exact(3, 9), 0.14599609375));
  CHECK(near(mcnemar_exact(9, 3), 0.14599609375));
  // 2^-2000 and C(4000, 2000) leave the range of double; the p-value does not.
  CHECK(near(mcnemar_exact(1950, 2050), 0.11749506836896098));
  CHECK_THROWS_AS(mcnemar_exact(-1, 2), ShapeError);
  count_cases(14);
}

TEST_CASE("sets that have no figures are refused") {
  const Scores with_nan{0.2, kNan};
  const Labels both{0, 1};
  CHECK_THROWS_AS(evaluate_scores(with_nan, both), InputError);
  CHECK_THROWS_AS(roc_auc(with_nan, both), InputError);
  CHECK_THROWS_AS(brier_score(with_nan, both), InputError);
  CHECK_THROWS_AS(roc_auc(Scores{}, Labels{}), ShapeError);
  CHECK_THROWS_AS(roc_auc(Scores{0.5}, both), ShapeError);
  CHECK_THROWS_AS(roc_auc(Scores{0.5, 0.6}, Labels{0, 2}), ShapeError);
  CHECK_THROWS_AS(log_loss(Scores{0.5, 1.5}, both), ShapeError);
  CHECK_THROWS_AS(brier_score(Scores{0.5, kInfinity}, both), ShapeError);
  CHECK(roc_auc(Scores{-3, kInfinity}, both) == 1);  // a ranking may be on any scale
  count_cases(9);
}

}  // namespace nanopneumo::test

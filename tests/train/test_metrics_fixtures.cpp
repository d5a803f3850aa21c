// Metrics against scikit-learn and scipy.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tests/support/cases.h"
#include "tests/support/golden_json.h"
#include "train/calibration.h"
#include "train/delong.h"
#include "train/intervals.h"
#include "train/metrics.h"
#include "train/roc.h"

namespace nanopneumo::test {
namespace {

bool agrees(double value, const nlohmann::json& golden) {
  return golden.is_number() && std::abs(value - golden.get<double>()) <= 1e-12;
}

/// null in the fixture: undefined.
bool agrees(std::optional<double> value, const nlohmann::json& golden) {
  return value ? agrees(*value, golden) : golden.is_null();
}

bool agrees(const Interval& value, const nlohmann::json& golden) {
  return golden.size() == 2 && agrees(value.low, golden[0]) && agrees(value.high, golden[1]);
}

bool wilson_agrees(std::int64_t successes, std::int64_t n, const nlohmann::json& golden) {
  return n == 0 ? golden.is_null() : agrees(wilson_interval(successes, n), golden);
}

std::vector<std::uint8_t> labels_of(const nlohmann::json& item) {
  std::vector<std::uint8_t> labels;
  for (char digit : item["labels"].get<std::string>())
    labels.push_back(static_cast<std::uint8_t>(digit - '0'));
  return labels;
}

std::optional<nlohmann::json> fixture(long long cases) {
  const auto path = shared_data("goldens/metrics/metrics.json", cases);
  if (!path) return std::nullopt;
  return load_json(*path);
}

}  // namespace

TEST_CASE("every figure of every metric fixture") {
  const auto json = fixture(12);
  if (!json) return;
  REQUIRE((*json)["cases"].size() == 12);
  for (const auto& golden : (*json)["cases"]) {
    INFO(golden["name"].get<std::string>());
    const auto labels = labels_of(golden);
    const auto scores = golden["scores"].get<std::vector<double>>();
    const Metrics metrics = evaluate_scores(scores, labels);
    const ConfusionMatrix& m = metrics.confusion;
    CHECK(m.n() == golden["n"]);
    CHECK(m.true_positives == golden["tp"]);
    CHECK(m.false_positives == golden["fp"]);
    CHECK(m.true_negatives == golden["tn"]);
    CHECK(m.false_negatives == golden["fn"]);
    CHECK(agrees(metrics.accuracy, golden["accuracy"]));
    CHECK(agrees(metrics.sensitivity, golden["sensitivity"]));
    CHECK(agrees(metrics.specificity, golden["specificity"]));
    CHECK(agrees(metrics.precision, golden["precision"]));
    CHECK(agrees(metrics.f1, golden["f1"]));
    CHECK(wilson_agrees(m.true_positives + m.true_negatives, m.n(), golden["accuracy_wilson95"]));
    CHECK(wilson_agrees(m.true_positives, m.positives(), golden["sensitivity_wilson95"]));
    CHECK(wilson_agrees(m.true_negatives, m.negatives(), golden["specificity_wilson95"]));

    CHECK(agrees(brier_score(scores, labels), golden["brier"]));
    CHECK(agrees(expected_calibration_error(scores, labels), golden["ece15"]));
    CHECK(agrees(log_loss(scores, labels), golden["log_loss"]));

    CHECK(agrees(metrics.auc, golden["roc_auc"]));
    CHECK(agrees(average_precision(scores, labels), golden["average_precision"]));
    const auto uncertainty = delong(scores, labels);
    REQUIRE(uncertainty.has_value() == !golden["delong95"].is_null());
    if (uncertainty) {
      CHECK(agrees(uncertainty->standard_error, golden["delong_se"]));
      CHECK(agrees(uncertainty->interval95, golden["delong95"]));
    }
    const auto youden = youden_point(scores, labels);
    REQUIRE(youden.has_value() == !golden["youden"].is_null());
    if (youden) {
      const auto& expected = golden["youden"];
      if (expected["threshold"].is_null())
        CHECK(std::isinf(youden->threshold));
      else
        CHECK(youden->threshold == expected["threshold"]);
      CHECK(agrees(youden->j, expected["j"]));
      CHECK(agrees(youden->sensitivity, expected["sensitivity"]));
      CHECK(agrees(youden->specificity, expected["specificity"]));
    }
    count_cases();
  }
}

TEST_CASE("Wilson's interval and McNemar's test agree with scipy") {
  const auto json = fixture(18);
  if (!json) return;
  REQUIRE((*json)["wilson"].size() == 9);
  for (const auto& golden : (*json)["wilson"]) {
    CHECK(wilson_agrees(golden["k"], golden["n"], golden["wilson95"]));
    count_cases();
  }
  REQUIRE((*json)["mcnemar"].size() == 8);
  for (const auto& golden : (*json)["mcnemar"]) {
    CHECK(agrees(mcnemar_exact(golden["b"], golden["c"]), golden["exact_p"]));
    count_cases();
  }

  const auto& paired = (*json)["mcnemar_from_scores"];
  const auto& first = (*json)["cases"].back();
  REQUIRE(first["name"] == paired["case"]);
  const auto labels = labels_of(first);
  const auto scores_a = first["scores"].get<std::vector<double>>();
  const auto scores_b = paired["scores_b"].get<std::vector<double>>();
  REQUIRE(scores_b.size() == labels.size());
  const Disagreements between = disagreements(scores_a, scores_b, labels);
  CHECK(between.only_first_right == paired["only_first_right"]);
  CHECK(between.only_second_right == paired["only_second_right"]);
  CHECK(agrees(mcnemar_exact(between.only_first_right, between.only_second_right),
               paired["exact_p"]));
  count_cases();
}

}  // namespace nanopneumo::test

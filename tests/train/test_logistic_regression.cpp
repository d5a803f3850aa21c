#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "tests/support/cases.h"
#include "tests/support/shape_error.h"
#include "train/logistic_regression.h"

namespace nanopneumo::test {
namespace {

struct Sample {
  FeatureRows rows;
  std::vector<std::uint8_t> labels;
};

Sample random_sample(std::mt19937_64& random, int n, std::size_t features) {
  std::normal_distribution<double> normal;
  Sample sample;
  for (int i = 0; i < n; ++i) {
    std::vector<double> row;
    for (std::size_t j = 0; j < features; ++j)
      row.push_back(100 + 10 * static_cast<double>(j + 1) * normal(random));
    sample.labels.push_back(row[0] / 10 - 10 + normal(random) > 0);
    sample.rows.push_back(row);
  }
  return sample;
}

}  // namespace

TEST_CASE("at the minimum of the penalised loss its gradient is zero") {
  std::mt19937_64 random(4);
  for (std::size_t features = 1; features <= 4; ++features) {
    const Sample sample = random_sample(random, 80, features);
    const LogisticRegression model(sample.rows, sample.labels);
    std::vector<double> mean(features), deviation(features);
    for (const auto& row : sample.rows)
      for (std::size_t j = 0; j < features; ++j) mean[j] += row[j] / 80;
    for (const auto& row : sample.rows)
      for (std::size_t j = 0; j < features; ++j)
        deviation[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / 80;
    std::vector<double> gradient(features + 1);
    for (std::size_t j = 0; j < features; ++j) gradient[j] = model.weights()[j];
    for (std::size_t i = 0; i < sample.rows.size(); ++i) {
      const double error = 1 / (1 + std::exp(-model.score(sample.rows[i]))) - sample.labels[i];
      for (std::size_t j = 0; j < features; ++j)
        gradient[j] += error * (sample.rows[i][j] - mean[j]) / std::sqrt(deviation[j]);
      gradient[features] += error;
    }
    for (const double g : gradient) CHECK(std::abs(g) < 1e-8);
    CHECK(model.weights()[0] > 1);
    count_cases();
  }
}

TEST_CASE("separable classes, one class and equal features give finite weights") {
  const FeatureRows rows{{1, 5}, {2, 5}, {3, 5}, {1000, 5}};
  const LogisticRegression separable(rows, std::vector<std::uint8_t>{0, 0, 0, 1});
  for (const double w : separable.weights()) CHECK(std::isfinite(w));
  CHECK(separable.score(rows[3]) > separable.score(rows[2]));
  CHECK(separable.weights()[1] == 0);
  const LogisticRegression one(rows, std::vector<std::uint8_t>{1, 1, 1, 1});
  for (const double w : one.weights()) CHECK(std::isfinite(w));
  CHECK(one.score(rows[0]) > 3);
  count_cases(2);
}

TEST_CASE("rows that do not fit are refused") {
  CHECK_THROWS_AS(LogisticRegression({}, {}), ShapeError);
  CHECK_THROWS_AS(LogisticRegression({{1}}, std::vector<std::uint8_t>{0, 1}), ShapeError);
  CHECK_THROWS_AS(LogisticRegression({{1}, {1, 2}}, std::vector<std::uint8_t>{0, 1}), ShapeError);
  const LogisticRegression model({{1}, {2}}, std::vector<std::uint8_t>{0, 1});
  CHECK_THROWS_AS(model.score(std::vector<double>{1, 2}), ShapeError);
  count_cases(4);
}

}  // namespace nanopneumo::test

// The learning-rate range test: what is suggested, and what is written.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/io/messages.h"
#include "tests/support/cases.h"
#include "train/rate_finder.h"

namespace nanopneumo::test {
namespace {

/// A loss that falls from 1 to 0.2 around `steepest`, and rises from `end` on.
std::vector<RatePoint> descent(double steepest, double end) {
  std::vector<RatePoint> points;
  for (int i = 0; i < 80; ++i) {
    const double rate = std::pow(10, -7 + i * 0.1);
    const double fall = 0.8 / (1 + std::pow(rate / steepest, -2));
    const double loss = 1 - fall + (rate > end ? std::log(rate / end) : 0);
    points.push_back({rate, loss, loss});
  }
  return points;
}

TEST_CASE("The rate where the loss falls most steeply is suggested") {
  for (const double steepest : {1e-5, 1e-4, 1e-3}) {
    const auto rate = suggested_rate(descent(steepest, 0.05));
    REQUIRE(rate);
    CHECK(std::abs(std::log10(*rate / steepest)) <= 0.11);
    count_cases();
  }
}

TEST_CASE("Nothing is suggested where the loss does not fall, or is too short") {
  std::vector<RatePoint> rising = descent(1e-4, 0.05);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i].smoothed = static_cast<double>(i);
  CHECK_FALSE(suggested_rate(rising));
  CHECK_FALSE(suggested_rate({}));
  CHECK_FALSE(suggested_rate({{1e-7, 1, 1}, {1e-6, 0.5, 0.5}}));
  count_cases(3);
}

TEST_CASE("Table and picture hold every point") {
  const std::vector<RatePoint> points = descent(1e-4, 0.05);
  const std::string csv = rate_csv(points), svg = rate_svg(points);
  CHECK(std::ranges::count(csv, '\n') == 81);
  CHECK(csv.starts_with("learning_rate,loss,smoothed\n1e-07,"));
  CHECK(std::ranges::count(svg, ',') >= 160);
  CHECK(contains(svg, "steepest at 0.0001"));
  CHECK_FALSE(contains(svg, "nan"));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(rate_svg({}).ends_with("</svg>\n"));
  count_cases(7);
}

}  // namespace
}  // namespace nanopneumo::test

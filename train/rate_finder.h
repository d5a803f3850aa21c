// Which learning rate to begin with: the range test of Smith 2017, "Cyclical Learning Rates for Training
// Neural Networks", section 3.3, with a rate that grows by a factor instead of a summand.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "train/data.h"
#include "train/network.h"

namespace nanopneumo {

struct RatePoint {
  double learning_rate, loss;
  double smoothed;  ///< exponential mean of the losses so far (0.9 of the old one), without bias
};

struct RateRange {
  double first = 1e-7, last = 10;
  int steps = 100;
};

/// Trains `network`, which is of no use afterwards, one batch for each rate of `range`, until the smoothed
/// loss is four times its minimum or not finite, or `stop` says so. Fine-tunes where config.fine_tuning
/// asks for it without epochs of the head alone; the rates are then those of the head.
std::vector<RatePoint> find_learning_rates(const Config& config, const TrainingData& data,
                                           Network& network, const RateRange& range,
                                           const std::function<bool(int step)>& stop);

/// Where the smoothed loss falls most steeply over the logarithm of the rate, between the first ten points
/// and its minimum; nothing where it never falls there.
std::optional<double> suggested_rate(const std::vector<RatePoint>& points);

/// "learning_rate,loss,smoothed" and a row for each point.
std::string rate_csv(const std::vector<RatePoint>& points);
/// The losses over the rates (logarithmic) as an SVG picture, with the suggestion.
std::string rate_svg(const std::vector<RatePoint>& points);

}  // namespace nanopneumo

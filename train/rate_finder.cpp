#include "train/rate_finder.h"

#include <algorithm>
#include <cmath>

#include "train/batches.h"
#include "train/finite_check.h"
#include "train/step_memory.h"
#include "train/unfreeze.h"

namespace nanopneumo {
namespace {

constexpr double kMomentum = 0.9;     // of the smoothed loss
constexpr double kDivergence = 4;     // times the smallest loss: no larger rate is worth a try
constexpr std::size_t kSettled = 10;  // points before the smoothed loss means anything
constexpr std::size_t kReach = 4;     // points to either side over which a slope is taken

/// Images in the order of training, epoch after epoch.
class ImageSequence {
 public:
  ImageSequence(std::int64_t images, std::uint64_t seed) : images_(images), seed_(seed) {}

  /// Those of the next batch of `count`.
  std::vector<std::int64_t> take(int count) {
    std::vector<std::int64_t> which;
    while (which.size() < static_cast<std::size_t>(count)) {
      if (next_ == order_.size()) {
        order_ = epoch_order(images_, seed_, epoch_++);
        next_ = 0;
      }
      which.push_back(order_[next_++]);
    }
    return which;
  }

 private:
  std::int64_t images_;
  std::uint64_t seed_;
  std::uint32_t epoch_ = 0;
  std::vector<std::int64_t> order_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<RatePoint> find_learning_rates(const Config& config, const TrainingData& data,
                                           Network& network, const RateRange& range,
                                           const std::function<bool(int step)>& stop) {
  Adam<float> optimizer = config.fine_tuning.begins_at_once()
                              ? unfreeze(network, config)
                              : Adam<float>(network.parameters(), config.learning_rate);
  Batches batches(network.device(), data.train, network.architecture().preprocessing);
  const std::int64_t positives = count_positives(data.train);
  const auto weights = config.class_weights.resolve(data.train.size() - positives, positives);
  const double growth = std::pow(range.last / range.first, 1.0 / (range.steps - 1));
  const int channels = network.channels_of(data.train.is_gray());
  const ArenaPlan step_plan = plan_step(network, config.batch);
  Arena arena(step_plan, network.device().allocator());
  ImageSequence sequence(data.train.size(), config.seed);
  std::vector<RatePoint> points;
  double mean = 0, least = INFINITY;
  for (int step = 0; step < range.steps && !stop(step); ++step) {
    const double rate = range.first * std::pow(growth, step);
    const std::vector<std::int64_t> which = sequence.take(config.batch);
    LabelledBatch<float> batch =
        batches.training(which, config.augmentation, weights, config.seed, 0, channels);
    batch.x = network.frozen_output(batch.x);
    optimizer.set_learning_rate(rate);
    double loss = 0;
    try {
      loss = train_step(
                 network.graph(), network.parameters(), optimizer, batch,
                 {.training = true, .seed = config.seed, .step = static_cast<std::uint32_t>(step)},
                 network.trained_segment(), &arena)
                 .loss;
    } catch (const NotFiniteError&) {
      break;  // what the test is there to find
    }
    mean = kMomentum * mean + (1 - kMomentum) * loss;
    const double smoothed = mean / (1 - std::pow(kMomentum, step + 1));
    points.push_back({rate, loss, smoothed});
    least = std::min(least, smoothed);
    if (points.size() > kSettled && smoothed > kDivergence * least) break;
  }
  return points;
}

std::optional<double> suggested_rate(const std::vector<RatePoint>& points) {
  const auto least = static_cast<std::size_t>(
      std::ranges::min_element(points, {}, &RatePoint::smoothed) - points.begin());
  std::optional<double> steepest_rate;
  double steepest = 0;
  for (std::size_t i = kSettled + kReach; i <= least && i + kReach < points.size(); ++i) {
    const RatePoint &before = points[i - kReach], &after = points[i + kReach];
    const double slope =
        (after.smoothed - before.smoothed) / std::log(after.learning_rate / before.learning_rate);
    if (slope >= steepest) continue;
    steepest = slope;
    steepest_rate = points[i].learning_rate;
  }
  return steepest_rate;
}

std::string rate_csv(const std::vector<RatePoint>& points) {
  std::string text = "learning_rate,loss,smoothed\n";
  for (const RatePoint& p : points)
    text += fmt::format("{:.9g},{:.9g},{:.9g}\n", p.learning_rate, p.loss, p.smoothed);
  return text;
}

}  // namespace nanopneumo

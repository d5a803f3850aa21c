#include "train/roc.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "tensor/errors.h"
#include "train/scored_set.h"

namespace nanopneumo {
namespace {

double ratio(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// The last point of a curve calls everything positive, so it counts the classes.
bool has_both_classes(const std::vector<RocPoint>& curve) {
  return curve.back().true_positives > 0 && curve.back().false_positives > 0;
}

/// Twice the area under the curve in units of one positive by one negative: an integer, so exact.
double area(const std::vector<RocPoint>& curve) {
  std::int64_t doubled = 0;
  for (std::size_t k = 1; k < curve.size(); ++k)
    doubled += (curve[k].false_positives - curve[k - 1].false_positives) *
               (curve[k].true_positives + curve[k - 1].true_positives);
  return ratio(doubled, 2 * curve.back().true_positives * curve.back().false_positives);
}

}  // namespace

std::vector<RocPoint> roc_curve(std::span<const double> scores,
                                std::span<const std::uint8_t> labels) {
  check_scored_set(scores, labels);
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<RocPoint> curve{{infinity, 0, 0}};
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double score = scores[order[k]];
    if (k == 0 || score != scores[order[k - 1]]) {
      curve.push_back(curve.back());
      curve.back().threshold = score;
    }
    ++(labels[order[k]] ? curve.back().true_positives : curve.back().false_positives);
  }
  return curve;
}

std::optional<double> roc_auc(std::span<const double> scores,
                              std::span<const std::uint8_t> labels) {
  const std::vector<RocPoint> curve = roc_curve(scores, labels);
  if (!has_both_classes(curve)) return std::nullopt;
  return area(curve);
}

std::optional<double> average_precision(std::span<const double> scores,
                                        std::span<const std::uint8_t> labels) {
  const std::vector<RocPoint> curve = roc_curve(scores, labels);
  if (!has_both_classes(curve)) return std::nullopt;
  double sum = 0;
  for (std::size_t k = 1; k < curve.size(); ++k) {
    const auto& [threshold, tp, fp] = curve[k];
    sum +=
        ratio(tp - curve[k - 1].true_positives, curve.back().true_positives) * ratio(tp, tp + fp);
  }
  return sum;
}

std::optional<YoudenPoint> youden_point(std::span<const double> scores,
                                        std::span<const std::uint8_t> labels) {
  const std::vector<RocPoint> curve = roc_curve(scores, labels);
  if (!has_both_classes(curve)) return std::nullopt;
  const std::int64_t positives = curve.back().true_positives;
  const std::int64_t negatives = curve.back().false_positives;
  // J positives negatives = tp negatives - fp positives is an integer, so equal points are equal.
  const auto scaled_j = [&](const RocPoint& p) {
    return p.true_positives * negatives - p.false_positives * positives;
  };
  const RocPoint best = *std::max_element(
      curve.begin(), curve.end(),
      [&](const RocPoint& a, const RocPoint& b) { return scaled_j(a) < scaled_j(b); });
  return YoudenPoint{best.threshold, ratio(scaled_j(best), positives * negatives),
                     ratio(best.true_positives, positives),
                     ratio(negatives - best.false_positives, negatives)};
}

std::optional<OperatingPoint> point_at_sensitivity(std::span<const double> scores,
                                                   std::span<const std::uint8_t> labels,
                                                   double sensitivity) {
  if (!(sensitivity > 0 && sensitivity <= 1))
    throw_shape_error("point_at_sensitivity: a sensitivity of {}", sensitivity);
  const std::vector<RocPoint> curve = roc_curve(scores, labels);
  if (!has_both_classes(curve)) return std::nullopt;
  const std::int64_t positives = curve.back().true_positives;
  const std::int64_t negatives = curve.back().false_positives;
  const auto reached = std::ranges::find_if(
      curve, [&](const RocPoint& p) { return ratio(p.true_positives, positives) >= sensitivity; });
  return OperatingPoint{reached->threshold, ratio(reached->true_positives, positives),
                        ratio(negatives - reached->false_positives, negatives)};
}

}  // namespace nanopneumo
